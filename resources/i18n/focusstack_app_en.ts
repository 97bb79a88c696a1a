<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en_US" sourcelanguage="en">
<context>
    <name></name>
    <message numerus="yes">
        <source>%n output(s) are not exported yet.</source>
        <translation>
            <numerusform>%n output is not exported yet.</numerusform>
            <numerusform>%n outputs are not exported yet.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n render(s) are not finished.</source>
        <translation>
            <numerusform>%n render is not finished.</numerusform>
            <numerusform>%n renders are not finished.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n frame(s)</source>
        <translation>
            <numerusform>%n frame</numerusform>
            <numerusform>%n frames</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n file(s)</source>
        <translation>
            <numerusform>%n file</numerusform>
            <numerusform>%n files</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n stack(s)</source>
        <translation>
            <numerusform>%n stack</numerusform>
            <numerusform>%n stacks</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n slab(s)</source>
        <translation>
            <numerusform>%n slab</numerusform>
            <numerusform>%n slabs</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n tile(s)</source>
        <translation>
            <numerusform>%n tile</numerusform>
            <numerusform>%n tiles</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Add %n Frame(s)</source>
        <translation>
            <numerusform>Add %n Frame</numerusform>
            <numerusform>Add %n Frames</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Remove %n Frame(s)</source>
        <translation>
            <numerusform>Remove %n Frame</numerusform>
            <numerusform>Remove %n Frames</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Include %n Frame(s)</source>
        <translation>
            <numerusform>Include %n Frame</numerusform>
            <numerusform>Include %n Frames</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Leave Out %n Frame(s)</source>
        <translation>
            <numerusform>Leave Out %n Frame</numerusform>
            <numerusform>Leave Out %n Frames</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Change %n Frame(s)</source>
        <translation>
            <numerusform>Change %n Frame</numerusform>
            <numerusform>Change %n Frames</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{included} of %n frame(s) included</source>
        <translation>
            <numerusform>{included} of %n frame included</numerusform>
            <numerusform>{included} of %n frames included</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>and %n more</source>
        <translation>
            <numerusform>and %n more</numerusform>
            <numerusform>and %n more</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n file(s) left out.</source>
        <translation>
            <numerusform>%n file left out.</numerusform>
            <numerusform>%n files left out.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>The stack has the other %n frame(s).</source>
        <translation>
            <numerusform>The stack has the other %n frame.</numerusform>
            <numerusform>The stack has the other %n frames.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>These frames look like %n stack(s).</source>
        <translation>
            <numerusform>These frames look like %n stack.</numerusform>
            <numerusform>These frames look like %n stacks.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n frame(s) removed from the list; nothing changed on disk</source>
        <translation>
            <numerusform>%n frame removed from the list; nothing changed on disk</numerusform>
            <numerusform>%n frames removed from the list; nothing changed on disk</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Add %n Stack(s)</source>
        <translation>
            <numerusform>Add %n Stack</numerusform>
            <numerusform>Add %n Stacks</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Remove %n Stack(s)</source>
        <translation>
            <numerusform>Remove %n Stack</numerusform>
            <numerusform>Remove %n Stacks</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Include %n Stack(s)</source>
        <translation>
            <numerusform>Include %n Stack</numerusform>
            <numerusform>Include %n Stacks</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Leave Out %n Stack(s)</source>
        <translation>
            <numerusform>Leave Out %n Stack</numerusform>
            <numerusform>Leave Out %n Stacks</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Change %n Stack(s)</source>
        <translation>
            <numerusform>Change %n Stack</numerusform>
            <numerusform>Change %n Stacks</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n frame(s) added</source>
        <translation>
            <numerusform>%n frame added</numerusform>
            <numerusform>%n frames added</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n output(s) are saved.</source>
        <translation>
            <numerusform>%n output is saved.</numerusform>
            <numerusform>%n outputs are saved.</numerusform>
        </translation>
    </message>
</context>
</TS>
