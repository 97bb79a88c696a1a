<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de_DE" sourcelanguage="en">
<context>
    <name></name>
    <message>
        <source>Method</source>
        <translation>Verfahren</translation>
    </message>
    <message>
        <source>What a new stack starts with; the panel changes it for a stack.</source>
        <translation>Damit beginnt ein neuer Stack; für den einzelnen Stack lässt es sich in der Seitenleiste ändern.</translation>
    </message>
    <message>
        <source>Mode</source>
        <translation>Modus</translation>
    </message>
    <message>
        <source>Where the pixels of the learned method come from.</source>
        <translation>Woher die Pixel des gelernten Verfahrens kommen.</translation>
    </message>
    <message>
        <source>Alignment</source>
        <translation>Ausrichtung</translation>
    </message>
    <message>
        <source>Undoes shifts, turns and focus breathing; frames that fit stay untouched.</source>
        <translation>Gleicht Verschiebung, Drehung und Fokus-Atmen aus; Aufnahmen, die schon passen, bleiben unverändert.</translation>
    </message>
    <message>
        <source>Crop to the common area</source>
        <translation>Auf den gemeinsamen Bereich beschneiden</translation>
    </message>
    <message>
        <source>Leaves out the borders that some aligned frame does not show.</source>
        <translation>Lässt Ränder weg, die nach dem Ausrichten nicht auf allen Aufnahmen zu sehen sind.</translation>
    </message>
    <message>
        <source>Tile overlap</source>
        <translation>Kachelüberlappung</translation>
    </message>
    <message>
        <source>How far neighbouring tiles blend. More takes longer; raise it if you see a grid.</source>
        <translation>Wie weit benachbarte Kacheln ineinander übergehen. Mehr dauert länger; erhöhen, falls ein Raster zu sehen ist.</translation>
    </message>
    <message>
        <source>Device</source>
        <translation>Gerät</translation>
    </message>
    <message>
        <source>Automatic takes the graphics card where there is one that passes a test; if it could not use one, the result says so.</source>
        <translation>Automatisch nimmt die Grafikkarte, sofern eine da ist, die einen Test besteht; wo das nicht ging, steht es beim Ergebnis.</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>Modell</translation>
    </message>
    <message>
        <source>The network of the learned method. More are added with focusstack models install.</source>
        <translation>Das neuronale Netz des gelernten Verfahrens. Weitere lassen sich mit focusstack models install hinzufügen.</translation>
    </message>
    <message>
        <source>Memory</source>
        <translation>Arbeitsspeicher</translation>
    </message>
    <message>
        <source>What a fusion may use; beyond it, temporary files take over and it gets slower.</source>
        <translation>So viel darf eine Verrechnung belegen; darüber hinaus wird in temporäre Dateien ausgelagert, und es dauert länger.</translation>
    </message>
    <message>
        <source>Automatic (40 % of what is free)</source>
        <translation>Automatisch (40 % des freien Speichers)</translation>
    </message>
    <message>
        <source>Format</source>
        <translation>Format</translation>
    </message>
    <message>
        <source>What Export and Batch propose. All of them keep EXIF data and the colour profile.</source>
        <translation>Was Export und Stapelverarbeitung vorschlagen. Alle Formate behalten EXIF-Daten und Farbprofil.</translation>
    </message>
    <message>
        <source>Depth</source>
        <translation>Farbtiefe</translation>
    </message>
    <message>
        <source>16 bits leave room for editing; 8 bits make half the file.</source>
        <translation>16 Bit lassen Spielraum für die Bearbeitung; mit 8 Bit ist die Datei halb so groß.</translation>
    </message>
    <message>
        <source>Compress TIFF without loss</source>
        <translation>TIFF verlustfrei komprimieren</translation>
    </message>
    <message>
        <source>Smaller files that a few old programs cannot open.</source>
        <translation>Kleinere Dateien, die einige wenige alte Programme nicht öffnen können.</translation>
    </message>
    <message>
        <source>WebP without loss</source>
        <translation>WebP verlustfrei</translation>
    </message>
    <message>
        <source>Exact, and several times larger.</source>
        <translation>Exakt, aber um ein Mehrfaches größer.</translation>
    </message>
    <message>
        <source>Quality</source>
        <translation>Qualität</translation>
    </message>
    <message>
        <source>100 is the best; below 85 fine texture suffers.</source>
        <translation>100 ist am besten; unter 85 leiden feine Strukturen.</translation>
    </message>
    <message>
        <source>Colour detail</source>
        <translation>Farbauflösung</translation>
    </message>
    <message>
        <source>Full keeps the edges of saturated colours; half makes smaller files.</source>
        <translation>Voll erhält die Kanten gesättigter Farben; halb macht die Dateien kleiner.</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>Name</translation>
    </message>
    <message>
        <source>Words in braces are filled in: {stack}, {first}, {last}, {frames}, {date}, {method}, {mode}.</source>
        <translation>Wörter in geschweiften Klammern werden ersetzt: {stack}, {first}, {last}, {frames}, {date}, {method}, {mode}.</translation>
    </message>
    <message>
        <source>Name in a batch</source>
        <translation>Name in der Stapelverarbeitung</translation>
    </message>
    <message>
        <source>The same words; {stack} is the folder of the frames.</source>
        <translation>Dieselben Wörter; {stack} ist der Ordner der Aufnahmen.</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>Ordner</translation>
    </message>
    <message>
        <source>Where Export starts; empty means beside the frames.</source>
        <translation>Hier beginnt der Export; leer heißt: neben den Aufnahmen.</translation>
    </message>
    <message>
        <source>Colours</source>
        <translation>Farben</translation>
    </message>
    <message>
        <source>Dark surroundings make judging shadows easier.</source>
        <translation>In dunkler Umgebung lassen sich die Schatten besser beurteilen.</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>Sprache</translation>
    </message>
    <message>
        <source>Another language shows when the program is started again.</source>
        <translation>Eine andere Sprache erscheint nach dem nächsten Start des Programms.</translation>
    </message>
    <message>
        <source>{name} is not exported yet.</source>
        <translation>{name} ist noch nicht exportiert.</translation>
    </message>
    <message numerus="yes">
        <source>%n output(s) are not exported yet.</source>
        <translation>
            <numerusform>%n Ergebnis ist noch nicht exportiert.</numerusform>
            <numerusform>%n Ergebnisse sind noch nicht exportiert.</numerusform>
        </translation>
    </message>
    <message>
        <source>Closing throws it away.</source>
        <translation>Beim Schließen geht es verloren.</translation>
    </message>
    <message>
        <source>Closing throws them away.</source>
        <translation>Beim Schließen gehen sie verloren.</translation>
    </message>
    <message>
        <source>Close without Exporting</source>
        <translation>Schließen, ohne zu exportieren</translation>
    </message>
    <message>
        <source>Export…</source>
        <translation>Exportieren …</translation>
    </message>
    <message>
        <source>The retouch is not finished.</source>
        <translation>Die Retusche ist noch nicht abgeschlossen.</translation>
    </message>
    <message>
        <source>Its strokes would be lost.</source>
        <translation>Ihre Pinselstriche gingen verloren.</translation>
    </message>
    <message>
        <source>Throw Strokes Away</source>
        <translation>Pinselstriche verwerfen</translation>
    </message>
    <message>
        <source>Go On Retouching</source>
        <translation>Weiter retuschieren</translation>
    </message>
    <message>
        <source>The program was not closed properly.</source>
        <translation>Das Programm wurde nicht ordnungsgemäß beendet.</translation>
    </message>
    <message>
        <source>The frames that were open, and how they were to be fused, were kept {when}.</source>
        <translation>Die geöffneten Aufnahmen und die Art ihrer Verrechnung wurden {when} gesichert.</translation>
    </message>
    <message>
        <source>Open Them Again</source>
        <translation>Wieder öffnen</translation>
    </message>
    <message>
        <source>Forget Them</source>
        <translation>Verwerfen</translation>
    </message>
    <message>
        <source>{name} has changed since it was saved.</source>
        <translation>{name} wurde seit dem letzten Speichern geändert.</translation>
    </message>
    <message>
        <source>Closing loses the changes.</source>
        <translation>Beim Schließen gehen die Änderungen verloren.</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>Speichern</translation>
    </message>
    <message>
        <source>Close without Saving</source>
        <translation>Schließen, ohne zu speichern</translation>
    </message>
    <message>
        <source>The batch is still running.</source>
        <translation>Die Stapelverarbeitung läuft noch.</translation>
    </message>
    <message>
        <source>Finished pictures stay; the next batch into the same folder goes on where it stopped.</source>
        <translation>Fertige Bilder bleiben erhalten; die nächste Stapelverarbeitung in denselben Ordner macht dort weiter, wo diese aufgehört hat.</translation>
    </message>
    <message>
        <source>Stop and Close</source>
        <translation>Abbrechen und schließen</translation>
    </message>
    <message>
        <source>Keep Running</source>
        <translation>Weiterlaufen lassen</translation>
    </message>
    <message numerus="yes">
        <source>%n render(s) are not finished.</source>
        <translation>
            <numerusform>%n Render-Auftrag ist nicht fertig.</numerusform>
            <numerusform>%n Render-Aufträge sind nicht fertig.</numerusform>
        </translation>
    </message>
    <message>
        <source>Closing stops what runs, and nothing of it is kept.</source>
        <translation>Das Schließen hält das Rendern an, und nichts davon bleibt erhalten.</translation>
    </message>
    <message>
        <source>Beside the frames</source>
        <translation>Neben den Aufnahmen</translation>
    </message>
    <message>
        <source>Drop or open</source>
        <translation>Ablegen oder öffnen</translation>
    </message>
    <message>
        <source>one focus bracket: JPEG, TIFF, PNG or RAW</source>
        <translation>eine Fokusreihe: JPEG, TIFF, PNG oder RAW</translation>
    </message>
    <message>
        <source>Check the preview</source>
        <translation>Vorschau prüfen</translation>
    </message>
    <message>
        <source>and leave out frames that do not belong</source>
        <translation>und unpassende Aufnahmen weglassen</translation>
    </message>
    <message>
        <source>Render and export</source>
        <translation>Rendern und exportieren</translation>
    </message>
    <message>
        <source>a TIFF, PNG, JPEG or WebP with its metadata</source>
        <translation>als TIFF, PNG, JPEG oder WebP mit allen Metadaten</translation>
    </message>
    <message>
        <source>Models</source>
        <translation>Modelle</translation>
    </message>
    <message>
        <source>none</source>
        <translation>keine</translation>
    </message>
    <message>
        <source>not used yet</source>
        <translation>noch nicht benutzt</translation>
    </message>
    <message>
        <source>System</source>
        <translation>System</translation>
    </message>
    <message>
        <source>model {id}</source>
        <translation>Modell {id}</translation>
    </message>
    <message>
        <source>see its package</source>
        <translation>siehe Paket</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>Öffnen</translation>
    </message>
    <message>
        <source>Drop the frames of one focus bracket on the window, or their folder.</source>
        <translation>Ziehen Sie die Aufnahmen einer Fokusreihe oder deren Ordner ins Fenster.</translation>
    </message>
    <message>
        <source>Check</source>
        <translation>Prüfen</translation>
    </message>
    <message>
        <source>A preview appears. Click a frame to look at it; clear its box to leave it out.</source>
        <translation>Eine Vorschau erscheint. Ein Klick auf eine Aufnahme zeigt sie; ohne Häkchen bleibt sie weg.</translation>
    </message>
    <message>
        <source>Render</source>
        <translation>Rendern</translation>
    </message>
    <message>
        <source>Press Render. Compare at 100 %: hold Tab to peek at the frame, W wipes.</source>
        <translation>Klicken Sie auf Rendern. Vergleichen Sie bei 100 %: Tab gehalten zeigt die Aufnahme, W die Trennlinie.</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>Exportieren</translation>
    </message>
    <message>
        <source>Save the output; format, name and folder are in the preferences.</source>
        <translation>Speichern Sie das Ergebnis; Format, Name und Ordner stehen in den Einstellungen.</translation>
    </message>
    <message>
        <source>A wrong spot</source>
        <translation>Eine falsche Stelle</translation>
    </message>
    <message>
        <source>T retouches: choose the frame that has it right, and paint. X restores.</source>
        <translation>T beginnt die Retusche: Wählen Sie die Aufnahme, auf der die Stelle stimmt, und malen Sie. X stellt wieder her.</translation>
    </message>
    <message>
        <source>Many stacks</source>
        <translation>Viele Stacks</translation>
    </message>
    <message>
        <source>Drop a folder of folders, or press Ctrl+B: Batch makes one picture of each.</source>
        <translation>Ziehen Sie einen Ordner mit Unterordnern ins Fenster oder drücken Sie Strg+B: Die Stapelverarbeitung macht aus jedem ein Bild.</translation>
    </message>
    <message>
        <source>Nothing invented</source>
        <translation>Nichts erfunden</translation>
    </message>
    <message>
        <source>Strict mode takes camera pixels only; P shows what was filled in.</source>
        <translation>Der strenge Modus nimmt nur Pixel der Kamera; P zeigt, was ergänzt wurde.</translation>
    </message>
    <message>
        <source>Halos or double edges</source>
        <translation>Lichthöfe oder doppelte Kanten</translation>
    </message>
    <message>
        <source>Leave out frames that moved, and see that Align is on.</source>
        <translation>Lassen Sie verwackelte Aufnahmen weg und achten Sie darauf, dass Ausrichten eingeschaltet ist.</translation>
    </message>
    <message>
        <source>Frame before, next frame</source>
        <translation>Vorige, nächste Aufnahme</translation>
    </message>
    <message>
        <source>Space</source>
        <translation>Leertaste</translation>
    </message>
    <message>
        <source>Include the frame or leave it out (in the strip)</source>
        <translation>Aufnahme verwenden oder weglassen (im Filmstreifen)</translation>
    </message>
    <message>
        <source>Tab (hold)</source>
        <translation>Tab (gedrückt)</translation>
    </message>
    <message>
        <source>Peek at the source frame</source>
        <translation>Die Aufnahme kurz ansehen</translation>
    </message>
    <message>
        <source>Space and drag</source>
        <translation>Leertaste und ziehen</translation>
    </message>
    <message>
        <source>Move the picture while retouching</source>
        <translation>Das Bild beim Retuschieren verschieben</translation>
    </message>
    <message>
        <source>Click</source>
        <translation>Klick</translation>
    </message>
    <message>
        <source>Mark a point: the curve shows how sharp it is in each frame</source>
        <translation>Einen Punkt markieren: Die Kurve zeigt, wie scharf er in jeder Aufnahme ist</translation>
    </message>
    <message>
        <source>Wheel, + −</source>
        <translation>Mausrad, + −</translation>
    </message>
    <message>
        <source>Zoom at the pointer</source>
        <translation>Am Mauszeiger zoomen</translation>
    </message>
    <message>
        <source>Drag</source>
        <translation>Ziehen</translation>
    </message>
    <message>
        <source>Move the picture (also with the middle button)</source>
        <translation>Das Bild verschieben (auch mit der mittleren Maustaste)</translation>
    </message>
    <message>
        <source>Double-click</source>
        <translation>Doppelklick</translation>
    </message>
    <message>
        <source>Change between fit and 100 %</source>
        <translation>Zwischen Einpassen und 100 % wechseln</translation>
    </message>
    <message>
        <source>Pyramid</source>
        <translation>Pyramide</translation>
    </message>
    <message>
        <source>Best for most subjects: hairs, overlapping edges, smooth backgrounds.</source>
        <translation>Am besten für die meisten Motive: Haare, sich überdeckende Kanten, weiche Hintergründe.</translation>
    </message>
    <message>
        <source>Best for flat, finely textured subjects, and for a quick result.</source>
        <translation>Am besten für flache, fein strukturierte Motive und für ein schnelles Ergebnis.</translation>
    </message>
    <message>
        <source>Faithful</source>
        <translation>Originalgetreu</translation>
    </message>
    <message>
        <source>Strict</source>
        <translation>Streng</translation>
    </message>
    <message>
        <source>Generative</source>
        <translation>Generativ</translation>
    </message>
    <message>
        <source>Pixels from your frames; filled in only where no frame is sharp.</source>
        <translation>Pixel aus Ihren Aufnahmen; ergänzt wird nur, wo keine Aufnahme scharf ist.</translation>
    </message>
    <message>
        <source>Pixels from your frames and nothing else, for contests and science.</source>
        <translation>Ausschließlich Pixel aus Ihren Aufnahmen, für Wettbewerbe und Wissenschaft.</translation>
    </message>
    <message>
        <source>The whole picture, redrawn by the network.</source>
        <translation>Das ganze Bild, vom neuronalen Netz neu gezeichnet.</translation>
    </message>
    <message>
        <source>{percent}, about {time} left</source>
        <translation>{percent}, noch etwa {time}</translation>
    </message>
    <message>
        <source>{made}, retouched</source>
        <translation>{made}, retuschiert</translation>
    </message>
    <message numerus="yes">
        <source>%n frame(s)</source>
        <translation>
            <numerusform>%n Aufnahme</numerusform>
            <numerusform>%n Aufnahmen</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n file(s)</source>
        <translation>
            <numerusform>%n Datei</numerusform>
            <numerusform>%n Dateien</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n stack(s)</source>
        <translation>
            <numerusform>%n Stack</numerusform>
            <numerusform>%n Stacks</numerusform>
        </translation>
    </message>
    <message>
        <source>Where frames need it</source>
        <translation>Wo die Aufnahmen es brauchen</translation>
    </message>
    <message>
        <source>Never</source>
        <translation>Nie</translation>
    </message>
    <message>
        <source>Full (4:4:4)</source>
        <translation>Voll (4:4:4)</translation>
    </message>
    <message>
        <source>Half (4:2:0)</source>
        <translation>Halb (4:2:0)</translation>
    </message>
    <message>
        <source>Like the desktop</source>
        <translation>Wie das System</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>Hell</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>Dunkel</translation>
    </message>
    <message>
        <source>8 bits per channel</source>
        <translation>8 Bit pro Kanal</translation>
    </message>
    <message>
        <source>16 bits per channel</source>
        <translation>16 Bit pro Kanal</translation>
    </message>
    <message>
        <source>Automatic</source>
        <translation>Automatisch</translation>
    </message>
    <message>
        <source>Processor</source>
        <translation>Prozessor</translation>
    </message>
    <message>
        <source>NVIDIA graphics card (CUDA)</source>
        <translation>NVIDIA-Grafikkarte (CUDA)</translation>
    </message>
    <message>
        <source>Graphics card on Windows (DirectML)</source>
        <translation>Grafikkarte unter Windows (DirectML)</translation>
    </message>
    <message>
        <source>Graphics and neural processor of a Mac (CoreML)</source>
        <translation>Grafik- und Neuralprozessor eines Mac (CoreML)</translation>
    </message>
    <message>
        <source>NVIDIA graphics card (PyTorch)</source>
        <translation>NVIDIA-Grafikkarte (PyTorch)</translation>
    </message>
    <message>
        <source>Processor (PyTorch)</source>
        <translation>Prozessor (PyTorch)</translation>
    </message>
    <message>
        <source>{format} without loss</source>
        <translation>{format}, verlustfrei</translation>
    </message>
    <message>
        <source>{format}, quality {quality}</source>
        <translation>{format}, Qualität {quality}</translation>
    </message>
    <message>
        <source>Remove {name}</source>
        <translation>Entfernen von {name}</translation>
    </message>
    <message numerus="yes">
        <source>Remove %n Frame(s)</source>
        <translation>
            <numerusform>Entfernen von %n Aufnahme</numerusform>
            <numerusform>Entfernen von %n Aufnahmen</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Include %n Frame(s)</source>
        <translation>
            <numerusform>Verwenden von %n Aufnahme</numerusform>
            <numerusform>Verwenden von %n Aufnahmen</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Leave Out %n Frame(s)</source>
        <translation>
            <numerusform>Weglassen von %n Aufnahme</numerusform>
            <numerusform>Weglassen von %n Aufnahmen</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Change %n Frame(s)</source>
        <translation>
            <numerusform>Ändern von %n Aufnahme</numerusform>
            <numerusform>Ändern von %n Aufnahmen</numerusform>
        </translation>
    </message>
    <message>
        <source>Change Method</source>
        <translation>Ändern des Verfahrens</translation>
    </message>
    <message>
        <source>Change Mode</source>
        <translation>Ändern des Modus</translation>
    </message>
    <message>
        <source>Change Overlap</source>
        <translation>Ändern der Überlappung</translation>
    </message>
    <message>
        <source>Change Alignment</source>
        <translation>Ändern der Ausrichtung</translation>
    </message>
    <message>
        <source>Change Parameters</source>
        <translation>Ändern der Parameter</translation>
    </message>
    <message>
        <source>Waiting</source>
        <translation>Wartet</translation>
    </message>
    <message>
        <source>Stopping…</source>
        <translation>Wird angehalten …</translation>
    </message>
    <message>
        <source>Pausing…</source>
        <translation>Hält beim nächsten Schritt …</translation>
    </message>
    <message>
        <source>Paused at {percent} %</source>
        <translation>Ruht bei {percent} %</translation>
    </message>
    <message>
        <source>Starting</source>
        <translation>Beginnt</translation>
    </message>
</context>
<context>
    <name>AboutDialog</name>
    <message>
        <source>About {program}</source>
        <translation>Über {program}</translation>
    </message>
    <message>
        <source>Makes one picture that is sharp all over from a focus bracket.</source>
        <translation>Macht aus einer Fokusreihe ein Bild, das überall scharf ist.</translation>
    </message>
    <message>
        <source>Everything is computed on this computer.</source>
        <translation>Alles wird auf diesem Computer berechnet.</translation>
    </message>
    <message>
        <source>{program} is free under the Apache License 2.0. It is built on:</source>
        <translation>{program} ist frei unter der Apache-Lizenz 2.0 und beruht auf:</translation>
    </message>
    <message>
        <source>Versions</source>
        <translation>Versionen</translation>
    </message>
    <message>
        <source>Licences</source>
        <translation>Lizenzen</translation>
    </message>
    <message>
        <source>Copy Versions</source>
        <translation>Versionen kopieren</translation>
    </message>
</context>
<context>
    <name>Banner</name>
    <message>
        <source>Details…</source>
        <translation>Details …</translation>
    </message>
    <message>
        <source>Close this message</source>
        <translation>Diese Meldung schließen</translation>
    </message>
</context>
<context>
    <name>EmptyPage</name>
    <message>
        <source>Drop your frames here</source>
        <translation>Aufnahmen hier ablegen</translation>
    </message>
    <message>
        <source>One focus bracket, or a folder of many for the batch</source>
        <translation>Eine Fokusreihe oder ein Ordner mit vielen für die Stapelverarbeitung</translation>
    </message>
    <message>
        <source>Open…</source>
        <translation>Öffnen …</translation>
    </message>
    <message>
        <source>Choose the files of one focus bracket (Ctrl+O)</source>
        <translation>Die Dateien einer Fokusreihe auswählen (Strg+O)</translation>
    </message>
    <message>
        <source>Try the Demo Stack</source>
        <translation>Beispiel ausprobieren</translation>
    </message>
    <message>
        <source>Open the seven frames that come with the program</source>
        <translation>Die sieben mitgelieferten Aufnahmen öffnen</translation>
    </message>
</context>
<context>
    <name>Exporter</name>
    <message>
        <source>Export {name}</source>
        <translation>{name} exportieren</translation>
    </message>
    <message>
        <source>Choose another name or folder.</source>
        <translation>Wählen Sie einen anderen Namen oder Ordner.</translation>
    </message>
    <message>
        <source>{file} is one of the source frames.</source>
        <translation>{file} ist eine der Aufnahmen des Stacks.</translation>
    </message>
</context>
<context>
    <name>Filmstrip</name>
    <message>
        <source>Source images</source>
        <translation>Aufnahmen</translation>
    </message>
</context>
<context>
    <name>FolderEditor</name>
    <message>
        <source>Choose…</source>
        <translation>Auswählen …</translation>
    </message>
    <message>
        <source>Choose a Folder</source>
        <translation>Ordner auswählen</translation>
    </message>
</context>
<context>
    <name>GuideDialog</name>
    <message>
        <source>Quick Guide</source>
        <translation>Kurzanleitung</translation>
    </message>
    <message>
        <source>Four steps</source>
        <translation>Vier Schritte</translation>
    </message>
    <message>
        <source>And then</source>
        <translation>Und dann</translation>
    </message>
</context>
<context>
    <name>Loupe</name>
    <message>
        <source>Loupe</source>
        <translation>Lupe</translation>
    </message>
</context>
<context>
    <name>MainWindow</name>
    <message>
        <source>This picture is being made already</source>
        <translation>Dieses Bild wird schon gerendert</translation>
    </message>
    <message>
        <source>{name} is finished, after {time}</source>
        <translation>{name} ist nach {time} fertig</translation>
    </message>
</context>
<context>
    <name>Opener</name>
    <message>
        <source>Open the Frames of One Stack, or a Project</source>
        <translation>Aufnahmen eines Stacks oder ein Projekt öffnen</translation>
    </message>
    <message>
        <source>Pictures and projects</source>
        <translation>Bilder und Projekte</translation>
    </message>
    <message>
        <source>All files</source>
        <translation>Alle Dateien</translation>
    </message>
    <message>
        <source>Open a Folder of Frames</source>
        <translation>Ordner mit Aufnahmen öffnen</translation>
    </message>
</context>
<context>
    <name>ParameterPanel</name>
    <message>
        <source>Method</source>
        <translation>Verfahren</translation>
    </message>
    <message>
        <source>Mode</source>
        <translation>Modus</translation>
    </message>
    <message>
        <source>Overlap of tiles</source>
        <translation>Überlappung der Kacheln</translation>
    </message>
    <message>
        <source>Overlap</source>
        <translation>Überlappung</translation>
    </message>
    <message>
        <source>How far neighbouring tiles blend. More takes longer.</source>
        <translation>Wie weit benachbarte Kacheln ineinander übergehen. Mehr dauert länger.</translation>
    </message>
    <message>
        <source>Align frames</source>
        <translation>Aufnahmen ausrichten</translation>
    </message>
    <message>
        <source>Undoes shifts, turns and focus breathing; frames that fit stay untouched.</source>
        <translation>Gleicht Verschiebung, Drehung und Fokus-Atmen aus; Aufnahmen, die schon passen, bleiben unverändert.</translation>
    </message>
</context>
<context>
    <name>PreferencesDialog</name>
    <message>
        <source>Preferences</source>
        <translation>Einstellungen</translation>
    </message>
    <message>
        <source>Fusion</source>
        <translation>Verrechnung</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>Export</translation>
    </message>
    <message>
        <source>Window</source>
        <translation>Fenster</translation>
    </message>
    <message>
        <source>Reset This Page</source>
        <translation>Seite zurücksetzen</translation>
    </message>
    <message>
        <source>Give every setting of this page its first value</source>
        <translation>Allen Einstellungen dieser Seite ihren Anfangswert geben</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>Changes hold at once and for the next start.</source>
        <translation>Änderungen gelten sofort und auch beim nächsten Start.</translation>
    </message>
    <message>
        <source>In the file: {problem}</source>
        <translation>In der Datei: {problem}</translation>
    </message>
</context>
<context>
    <name>ProjectSaver</name>
    <message>
        <source>Save Project</source>
        <translation>Projekt speichern</translation>
    </message>
    <message>
        <source>Project</source>
        <translation>Projekt</translation>
    </message>
</context>
<context>
    <name>ProjectWindow</name>
    <message>
        <source>&apos;on&apos; d MMMM &apos;at&apos; HH:mm</source>
        <translation>&apos;am&apos; d. MMMM &apos;um&apos; HH:mm &apos;Uhr&apos;</translation>
    </message>
    <message>
        <source>Project saved as {path}</source>
        <translation>Projekt gespeichert als {path}</translation>
    </message>
</context>
<context>
    <name>RenderPanel</name>
    <message>
        <source>Render</source>
        <translation>Rendern</translation>
    </message>
    <message>
        <source>Renders</source>
        <translation>Render-Aufträge</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>Pause</translation>
    </message>
    <message>
        <source>Rest at the next step, to give the computer back for a while; memory stays taken</source>
        <translation>Beim nächsten Schritt ruhen, um den Rechner eine Weile freizugeben; der Speicher bleibt belegt</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Go On</source>
        <translation>Fortsetzen</translation>
    </message>
    <message>
        <source>Cancel All</source>
        <translation>Alle abbrechen</translation>
    </message>
    <message>
        <source>Stop the render that runs, and drop those that wait</source>
        <translation>Das laufende Rendern anhalten und die wartenden Aufträge verwerfen</translation>
    </message>
    <message>
        <source>Stop the render (Esc)</source>
        <translation>Rendern abbrechen (Esc)</translation>
    </message>
</context>
<context>
    <name>RenderRow</name>
    <message>
        <source>Progress of the render</source>
        <translation>Fortschritt des Renderns</translation>
    </message>
    <message>
        <source>Close this message</source>
        <translation>Diese Meldung schließen</translation>
    </message>
    <message>
        <source>Stop this render</source>
        <translation>Diesen Auftrag abbrechen</translation>
    </message>
</context>
<context>
    <name>Renderer</name>
    <message>
        <source>Something went wrong.</source>
        <translation>Etwas ist schiefgegangen.</translation>
    </message>
</context>
<context>
    <name>ReportDialog</name>
    <message>
        <source>Error Report</source>
        <translation>Fehlerbericht</translation>
    </message>
    <message>
        <source>This is a fault of the program, not of your pictures. The report below helps to find it; it leaves your computer only if you send it.</source>
        <translation>Das ist ein Fehler des Programms, nicht Ihrer Bilder. Der Bericht unten hilft, ihn zu finden; er verlässt Ihren Computer nur, wenn Sie ihn verschicken.</translation>
    </message>
    <message>
        <source>Error report</source>
        <translation>Fehlerbericht</translation>
    </message>
    <message>
        <source>Copy Report</source>
        <translation>Bericht kopieren</translation>
    </message>
</context>
<context>
    <name>SettingsPage</name>
    <message>
        <source>There is no such folder; the one before stays.</source>
        <translation>Diesen Ordner gibt es nicht; der vorige bleibt.</translation>
    </message>
    <message>
        <source>This model is not installed.</source>
        <translation>Dieses Modell ist nicht installiert.</translation>
    </message>
    <message>
        <source>For example {file}.</source>
        <translation>Zum Beispiel {file}.</translation>
    </message>
</context>
<context>
    <name>SharpnessStrip</name>
    <message>
        <source>Sharpness along the stack</source>
        <translation>Schärfe entlang des Stacks</translation>
    </message>
    <message>
        <source>How sharp each frame is under the pointer, or at the marked point.
Click in the picture to mark a point, and on the mark to remove it.
Drag here, or press , and . to go through the frames; G goes to the sharpest.</source>
        <translation>Wie scharf jede Aufnahme unter dem Mauszeiger oder am markierten Punkt ist.
Ein Klick ins Bild markiert einen Punkt, ein Klick auf die Markierung entfernt sie.
Ziehen Sie hier oder drücken Sie , und . um durch die Aufnahmen zu gehen; G springt zur schärfsten.</translation>
    </message>
    <message>
        <source>Reading frames: {read} of {count}</source>
        <translation>Aufnahmen werden gelesen: {read} von {count}</translation>
    </message>
    <message>
        <source>No frame stands out</source>
        <translation>Keine Aufnahme sticht heraus</translation>
    </message>
    <message>
        <source>Sharpest: frame {number}</source>
        <translation>Am schärfsten: Aufnahme {number}</translation>
    </message>
    <message>
        <source>Sharpness here</source>
        <translation>Schärfe hier</translation>
    </message>
</context>
<context>
    <name>ShortcutsDialog</name>
    <message>
        <source>Shortcuts</source>
        <translation>Tastenkürzel</translation>
    </message>
</context>
<context>
    <name>SidePanel</name>
    <message>
        <source>Export…</source>
        <translation>Exportieren …</translation>
    </message>
    <message>
        <source>Save the selected output to a file (Ctrl+E)</source>
        <translation>Das gewählte Ergebnis in eine Datei speichern (Strg+E)</translation>
    </message>
    <message>
        <source>Retouch</source>
        <translation>Retuschieren</translation>
    </message>
    <message>
        <source>Paint from the source frames into a copy of it (T)</source>
        <translation>Aus den Aufnahmen in eine Kopie malen (T)</translation>
    </message>
    <message>
        <source>Outputs</source>
        <translation>Ergebnisse</translation>
    </message>
</context>
<context>
    <name>ViewBar</name>
    <message>
        <source>Preview</source>
        <translation>Vorschau</translation>
    </message>
    <message>
        <source>A fast fusion of small proxies</source>
        <translation>Schnelle Verrechnung verkleinerter Aufnahmen</translation>
    </message>
    <message>
        <source>Source</source>
        <translation>Aufnahme</translation>
    </message>
    <message>
        <source>The current frame as it was taken</source>
        <translation>Die aktuelle Aufnahme, wie sie gemacht wurde</translation>
    </message>
    <message>
        <source>Output</source>
        <translation>Ergebnis</translation>
    </message>
    <message>
        <source>The selected render</source>
        <translation>Das gewählte Ergebnis</translation>
    </message>
    <message>
        <source>What is shown</source>
        <translation>Was gezeigt wird</translation>
    </message>
    <message>
        <source>Zoom</source>
        <translation>Zoom</translation>
    </message>
    <message>
        <source>Overlay</source>
        <translation>Einblendung</translation>
    </message>
    <message>
        <source>Where the output comes from, its depth, what is sharp in a frame</source>
        <translation>Woher das Ergebnis stammt, seine Tiefe, was auf einer Aufnahme scharf ist</translation>
    </message>
    <message>
        <source>Compare</source>
        <translation>Vergleichen</translation>
    </message>
    <message>
        <source>Compare with a source or another output (hold Tab to peek)</source>
        <translation>Mit einer Aufnahme oder einem anderen Ergebnis vergleichen (Tab halten zum kurzen Ansehen)</translation>
    </message>
    <message>
        <source>Magnify what is under the pointer (L)</source>
        <translation>Vergrößern, was unter dem Mauszeiger liegt (L)</translation>
    </message>
</context>
</TS>
