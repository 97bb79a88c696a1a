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
        <source>Temporary files</source>
        <translation>Temporäre Dateien</translation>
    </message>
    <message>
        <source>A folder on a fast disk with much room: what does not fit in memory takes up to 0.25 GB there per frame of 24 megapixels.</source>
        <translation>Ein Ordner auf einer schnellen Platte mit viel Platz: Was nicht in den Arbeitsspeicher passt, braucht dort bis zu 0,25 GB je Aufnahme von 24 Megapixeln.</translation>
    </message>
    <message>
        <source>Where the system keeps them</source>
        <translation>Wo das System sie hält</translation>
    </message>
    <message>
        <source>Format</source>
        <translation>Format</translation>
    </message>
    <message>
        <source>16 bits leave room for editing; with 8, TIFF and PNG take half the space or less.</source>
        <translation>16 Bit lassen Spielraum für die Bearbeitung; mit 8 Bit werden TIFF und PNG höchstens halb so groß.</translation>
    </message>
    <message>
        <source>Without loss</source>
        <translation>Verlustfrei</translation>
    </message>
    <message>
        <source>WebP and JPEG XL: exact, and several times larger.</source>
        <translation>WebP und JPEG XL: exakt, aber um ein Mehrfaches größer.</translation>
    </message>
    <message>
        <source>The same words; {stack} is the folder of the frames, with the first of them where a folder holds several stacks.</source>
        <translation>Dieselben Wörter; {stack} ist der Ordner der Aufnahmen, mit der ersten von ihnen, wenn ein Ordner mehrere Stacks enthält.</translation>
    </message>
    <message>
        <source>Wait while watching</source>
        <translation>Wartezeit bei neuen Stacks</translation>
    </message>
    <message>
        <source>Where Export starts.</source>
        <translation>Hier beginnt der Export.</translation>
    </message>
    <message>
        <source>Depth</source>
        <translation>Farbtiefe</translation>
    </message>
    <message>
        <source>What Export and Batch propose. All of them hold metadata and say their colours; DNG is for raw developers, where white balance and exposure can still be chosen.</source>
        <translation>Was „Exportieren“ und „Stapelverarbeitung“ vorschlagen. Alle enthalten Metadaten und sagen ihre Farben; DNG ist für RAW-Entwickler, in denen sich Weißabgleich und Belichtung noch wählen lassen.</translation>
    </message>
    <message>
        <source>Compress TIFF without loss</source>
        <translation>TIFF verlustfrei komprimieren</translation>
    </message>
    <message>
        <source>Smaller files that a few old programs cannot open.</source>
        <translation>Kleinere Dateien, die manche alten Programme nicht öffnen können.</translation>
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
        <source>Colour space</source>
        <translation>Farbraum</translation>
    </message>
    <message>
        <source>That of the frames keeps every value; for RAW it is sRGB, which is for the web. Rec. 2020 holds nearly all colours of RAW. The file says which.</source>
        <translation>Der der Aufnahmen erhält jeden Wert; bei RAW ist das sRGB, der Farbraum des Webs. Rec. 2020 fasst fast alle Farben von RAW. Die Datei sagt, welcher es ist.</translation>
    </message>
    <message>
        <source>Metadata</source>
        <translation>Metadaten</translation>
    </message>
    <message>
        <source>Camera, lens, times, copyright, title and keywords of the reference, and where it was taken.</source>
        <translation>Kamera, Objektiv, Zeiten, Urheber, Titel und Stichwörter der Referenz, und wo sie entstanden ist.</translation>
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
        <source>While a batch watches a folder, a stack is complete when nothing of it came for so long.</source>
        <translation>Solange die Stapelverarbeitung auf neue Stacks wartet, ist ein Stack vollständig, wenn so lange nichts mehr von ihm kam.</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>Ordner</translation>
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
        <source>Close this window (Esc)</source>
        <translation>Dieses Fenster schließen (Esc)</translation>
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
        <source>Not Now</source>
        <translation>Nicht jetzt</translation>
    </message>
    <message>
        <source>{name} has changed since it was saved.</source>
        <translation>{name} wurde seit dem letzten Speichern geändert.</translation>
    </message>
    <message>
        <source>Opening other frames loses the changes.</source>
        <translation>Beim Öffnen anderer Aufnahmen gehen die Änderungen verloren.</translation>
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
        <source>Open without Saving</source>
        <translation>Öffnen, ohne zu speichern</translation>
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
        <source>a TIFF, PNG, JPEG, JPEG XL, WebP or DNG with its metadata</source>
        <translation>als TIFF, PNG, JPEG, JPEG XL, WebP oder DNG mit allen Metadaten</translation>
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
        <source>Drop the frames of one focus bracket on the window, or their folder, or a TIFF that holds them all.</source>
        <translation>Ziehen Sie die Aufnahmen einer Fokusreihe ins Fenster oder ihren Ordner oder ein TIFF, das sie alle enthält.</translation>
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
        <source>Things that cross</source>
        <translation>Was sich kreuzt</translation>
    </message>
    <message>
        <source>Ctrl+Shift+R renders slabs, each of some frames that follow each other: retouch the render of all frames from the slab that has it right.</source>
        <translation>Strg+Umschalt+R rendert Teilstacks (Slabs) aus je einigen Aufnahmen hintereinander: Retuschieren Sie das Ergebnis aus allen Aufnahmen mit dem Teilstack, der die Stelle richtig zeigt.</translation>
    </message>
    <message>
        <source>On to a raw developer</source>
        <translation>Weiter in den RAW-Entwickler</translation>
    </message>
    <message>
        <source>Export writes DNG too: white balance and exposure can still be chosen there.</source>
        <translation>„Exportieren“ schreibt auch DNG: Weißabgleich und Belichtung lassen sich dort noch wählen.</translation>
    </message>
    <message>
        <source>Many outputs</source>
        <translation>Viele Ergebnisse</translation>
    </message>
    <message>
        <source>Ctrl+Shift+E exports all of them into one folder, each slab with its number.</source>
        <translation>Strg+Umschalt+E exportiert alle in einen Ordner, jeden Teilstack mit seiner Nummer.</translation>
    </message>
    <message>
        <source>Many stacks</source>
        <translation>Viele Stacks</translation>
    </message>
    <message>
        <source>Drop a folder of folders, or press Ctrl+B: Batch makes one picture of each, also of what comes while you shoot (Watch for new stacks). The computer is asked to stay awake meanwhile.</source>
        <translation>Ziehen Sie einen Ordner mit Unterordnern ins Fenster oder drücken Sie Strg+B: Die Stapelverarbeitung macht aus jedem ein Bild, auch aus dem, was während des Fotografierens kommt (Auf neue Stacks warten). Der Computer wird gebeten, währenddessen wach zu bleiben.</translation>
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
        <source>How deep</source>
        <translation>Wie tief</translation>
    </message>
    <message>
        <source>D shows the depth of the output; File, Export Depth Map saves it. Where no frame tells it, it is a guess.</source>
        <translation>D zeigt die Tiefe des Ergebnisses; Datei, Tiefenkarte exportieren speichert sie. Wo keine Aufnahme sie verrät, ist sie geschätzt.</translation>
    </message>
    <message>
        <source>In 3D</source>
        <translation>In 3D</translation>
    </message>
    <message>
        <source>3 shows the output from where the pointer is. File, Export Stereo View makes pairs, anaglyphs and rocking animations. Is it inside out? View, Swap Near and Far.</source>
        <translation>3 zeigt das Ergebnis von dort, wo der Zeiger ist. Datei, Stereobild exportieren macht Bildpaare, Anaglyphen und wippende Animationen. Ist es umgestülpt? Ansicht, Nah und fern vertauschen.</translation>
    </message>
    <message>
        <source>Another framing</source>
        <translation>Anderer Ausschnitt</translation>
    </message>
    <message>
        <source>Use as Reference, in the menu of a frame: the others are fitted to its framing and exposure.</source>
        <translation>„Als Referenz verwenden“ im Kontextmenü einer Aufnahme: Die anderen werden ihrem Ausschnitt und ihrer Belichtung angepasst.</translation>
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
        <source>Something moved</source>
        <translation>Etwas hat sich bewegt</translation>
    </message>
    <message>
        <source>It is shown from one frame, which is named. Retouch it from another one, or leave frames out.</source>
        <translation>Es wird aus einer Aufnahme gezeigt, die genannt wird. Retuschieren Sie es aus einer anderen, oder lassen Sie Aufnahmen weg.</translation>
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
        <source>Shift+Tab</source>
        <translation>Umschalt+Tab</translation>
    </message>
    <message>
        <source>Leave the picture or the strip, where Tab peeks</source>
        <translation>Bild oder Filmstreifen verlassen (Tab zeigt dort die Aufnahme)</translation>
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
        <source>Redrawn by the network, but for what is plain.</source>
        <translation>Vom Netz neu gezeichnet, außer was einfarbig ist.</translation>
    </message>
    <message>
        <source>{percent}, about {time} left</source>
        <translation>{percent}, noch etwa {time}</translation>
    </message>
    <message>
        <source>Slab {number} (frames {first}–{last})</source>
        <translation>Teilstack {number} (Aufn. {first}–{last})</translation>
    </message>
    <message>
        <source>Slab {number} ({first}–{last})</source>
        <translation>Teil {number} ({first}–{last})</translation>
    </message>
    <message>
        <source>{made}, retouched</source>
        <translation>{made}, retuschiert</translation>
    </message>
    <message>
        <source>frames</source>
        <translation>Aufnahmen</translation>
    </message>
    <message>
        <source>alignment</source>
        <translation>Ausrichtung</translation>
    </message>
    <message>
        <source>Taken from the preview: {parts}</source>
        <translation>Aus der Vorschau übernommen: {parts}</translation>
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
    <message numerus="yes">
        <source>%n slab(s)</source>
        <translation>
            <numerusform>%n Teilstack</numerusform>
            <numerusform>%n Teilstacks</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n tile(s)</source>
        <translation>
            <numerusform>%n Kachel</numerusform>
            <numerusform>%n Kacheln</numerusform>
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
        <source>As the frames</source>
        <translation>Wie die Aufnahmen</translation>
    </message>
    <message>
        <source>All</source>
        <translation>Alle</translation>
    </message>
    <message>
        <source>All but the place</source>
        <translation>Alle außer dem Ort</translation>
    </message>
    <message>
        <source>None</source>
        <translation>Keine</translation>
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
        <source>{format} for raw developers</source>
        <translation>{format} für RAW-Entwickler</translation>
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
        <source>Add %n Frame(s)</source>
        <translation>
            <numerusform>Hinzufügen von %n Aufnahme</numerusform>
            <numerusform>Hinzufügen von %n Aufnahmen</numerusform>
        </translation>
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
        <source>Change Reference</source>
        <translation>Ändern der Referenz</translation>
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
        <source>Waits for room on the disk</source>
        <translation>Wartet auf Platz auf dem Datenträger</translation>
    </message>
    <message>
        <source>Waits for more frames</source>
        <translation>Wartet auf weitere Aufnahmen</translation>
    </message>
    <message>
        <source>Begins in {seconds} s if nothing else comes</source>
        <translation>Beginnt in {seconds} s, wenn nichts mehr kommt</translation>
    </message>
    <message>
        <source>Waiting</source>
        <translation>Wartet</translation>
    </message>
    <message>
        <source>Stopping…</source>
        <translation>Wird abgebrochen …</translation>
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
    <message>
        <source>{first} {second}</source>
        <translation>{first} {second}</translation>
    </message>
    <message>
        <source>The name is empty.</source>
        <translation>Der Name ist leer.</translation>
    </message>
    <message>
        <source>{word} is not known; did you mean {meant}?</source>
        <translation>{word} ist nicht bekannt; meinten Sie {meant}?</translation>
    </message>
    <message>
        <source>{word} is not known; there are {known}.</source>
        <translation>{word} ist nicht bekannt; es gibt {known}.</translation>
    </message>
    <message>
        <source>A brace is open; write words like {stack} with both braces.</source>
        <translation>Eine Klammer ist offen; Wörter wie {stack} brauchen beide Klammern.</translation>
    </message>
    <message>
        <source>A file name cannot have the character {character!r}.</source>
        <translation>Ein Dateiname darf das Zeichen {character!r} nicht enthalten.</translation>
    </message>
    <message>
        <source>Aligning</source>
        <translation>Ausrichten</translation>
    </message>
    <message>
        <source>Compositing</source>
        <translation>Zusammensetzen</translation>
    </message>
    <message>
        <source>Fusing</source>
        <translation>Verrechnen</translation>
    </message>
    <message>
        <source>Decoding</source>
        <translation>Dekodieren</translation>
    </message>
    <message>
        <source>{file} cannot be read as a model manifest.</source>
        <translation>{file} lässt sich nicht als Modellbeschreibung lesen.</translation>
    </message>
    <message>
        <source>Choose a folder with a model.json.</source>
        <translation>Wählen Sie einen Ordner mit einer model.json.</translation>
    </message>
    <message>
        <source>{file} is a model of unknown kind {kind!r}.</source>
        <translation>{file} ist ein Modell der unbekannten Art {kind!r}.</translation>
    </message>
    <message>
        <source>A newer program may be able to use it.</source>
        <translation>Eine neuere Programmversion kann es vielleicht verwenden.</translation>
    </message>
    <message>
        <source>{file} is not a complete model manifest ({error}).</source>
        <translation>{file} ist keine vollständige Modellbeschreibung ({error}).</translation>
    </message>
    <message>
        <source>Install the model again.</source>
        <translation>Installieren Sie das Modell neu.</translation>
    </message>
    <message>
        <source>{file} does not describe a model of kind {kind}.</source>
        <translation>{file} beschreibt kein Modell der Art {kind}.</translation>
    </message>
    <message>
        <source>The model {model_id!r} lacks {files}.</source>
        <translation>Dem Modell {model_id!r} fehlen {files}.</translation>
    </message>
    <message>
        <source>Put them into a folder and run: focusstack models install FOLDER</source>
        <translation>Legen Sie sie in einen Ordner und rufen Sie auf: focusstack models install ORDNER</translation>
    </message>
    <message>
        <source>There is no model {model_id!r}.</source>
        <translation>Es gibt kein Modell {model_id!r}.</translation>
    </message>
    <message>
        <source>Installed: {names}.</source>
        <translation>Installiert: {names}.</translation>
    </message>
    <message>
        <source>The model file {file} is missing.</source>
        <translation>Die Modelldatei {file} fehlt.</translation>
    </message>
    <message>
        <source>The model file {file} is damaged: it differs from its manifest.</source>
        <translation>Die Modelldatei {file} ist beschädigt: Sie weicht von ihrer Beschreibung ab.</translation>
    </message>
    <message>
        <source>A model {id!r} is installed already.</source>
        <translation>Ein Modell {id!r} ist schon installiert.</translation>
    </message>
    <message>
        <source>Remove its folder first.</source>
        <translation>Entfernen Sie zuerst seinen Ordner.</translation>
    </message>
    <message>
        <source>The model cannot be copied to {parent} ({error}).</source>
        <translation>Das Modell lässt sich nicht nach {parent} kopieren ({error}).</translation>
    </message>
    <message>
        <source>Free some space or check rights.</source>
        <translation>Schaffen Sie Platz oder prüfen Sie die Zugriffsrechte.</translation>
    </message>
    <message>
        <source>The model file {file} cannot be read ({error}).</source>
        <translation>Die Modelldatei {file} lässt sich nicht lesen ({error}).</translation>
    </message>
    <message>
        <source>the disk is full</source>
        <translation>der Datenträger ist voll</translation>
    </message>
    <message>
        <source>Make room or choose another disk.</source>
        <translation>Schaffen Sie Platz oder wählen Sie einen anderen Datenträger.</translation>
    </message>
    <message>
        <source>your share of the disk is full</source>
        <translation>Ihr Anteil am Datenträger ist voll</translation>
    </message>
    <message>
        <source>the disk is read-only</source>
        <translation>der Datenträger ist schreibgeschützt</translation>
    </message>
    <message>
        <source>Choose another folder.</source>
        <translation>Wählen Sie einen anderen Ordner.</translation>
    </message>
    <message>
        <source>writing there is not permitted</source>
        <translation>dort darf nicht geschrieben werden</translation>
    </message>
    <message>
        <source>its folder does not exist</source>
        <translation>ihren Ordner gibt es nicht</translation>
    </message>
    <message>
        <source>Create the folder or choose another one.</source>
        <translation>Legen Sie den Ordner an oder wählen Sie einen anderen.</translation>
    </message>
    <message>
        <source>its folder is not a folder</source>
        <translation>ihr Ordner ist kein Ordner</translation>
    </message>
    <message>
        <source>the name is too long</source>
        <translation>der Name ist zu lang</translation>
    </message>
    <message>
        <source>Choose a shorter name.</source>
        <translation>Wählen Sie einen kürzeren Namen.</translation>
    </message>
    <message>
        <source>another program has it open, or it is write-protected</source>
        <translation>ein anderes Programm hat die Datei geöffnet, oder sie ist schreibgeschützt</translation>
    </message>
    <message>
        <source>Close it there, or choose another name.</source>
        <translation>Schließen Sie sie dort, oder wählen Sie einen anderen Namen.</translation>
    </message>
    <message>
        <source>{file} cannot be written: {reason}.</source>
        <translation>{file} lässt sich nicht schreiben: {reason}.</translation>
    </message>
    <message>
        <source>{file} is a folder.</source>
        <translation>{file} ist ein Ordner.</translation>
    </message>
    <message>
        <source>Give the name of a file.</source>
        <translation>Geben Sie den Namen einer Datei an.</translation>
    </message>
    <message>
        <source>{file} already exists.</source>
        <translation>{file} gibt es schon.</translation>
    </message>
    <message>
        <source>Choose another name, or allow overwriting.</source>
        <translation>Wählen Sie einen anderen Namen oder erlauben Sie das Überschreiben.</translation>
    </message>
    <message>
        <source>Copy it again from the camera or card, or leave it out of the stack.</source>
        <translation>Kopieren Sie die Datei noch einmal von Kamera oder Karte oder lassen Sie sie im Stack weg.</translation>
    </message>
    <message>
        <source>{file} is damaged or cut off and cannot be decoded.</source>
        <translation>{file} ist beschädigt oder unvollständig und lässt sich nicht dekodieren.</translation>
    </message>
    <message>
        <source>{file} does not exist.</source>
        <translation>{file} gibt es nicht.</translation>
    </message>
    <message>
        <source>Was it moved or renamed?</source>
        <translation>Wurde die Datei verschoben oder umbenannt?</translation>
    </message>
    <message>
        <source>{file} is a folder, not a picture.</source>
        <translation>{file} ist ein Ordner, kein Bild.</translation>
    </message>
    <message>
        <source>Close the program that has it open, or copy it elsewhere.</source>
        <translation>Schließen Sie das Programm, das die Datei geöffnet hat, oder kopieren Sie sie an einen anderen Ort.</translation>
    </message>
    <message>
        <source>{file} may not be read.</source>
        <translation>{file} darf nicht gelesen werden.</translation>
    </message>
    <message>
        <source>Give yourself the right to read it, or copy it elsewhere.</source>
        <translation>Geben Sie sich das Leserecht oder kopieren Sie die Datei an einen anderen Ort.</translation>
    </message>
    <message>
        <source>{file} does not fit into memory.</source>
        <translation>{file} passt nicht in den Arbeitsspeicher.</translation>
    </message>
    <message>
        <source>Close other programs or use smaller pictures.</source>
        <translation>Schließen Sie andere Programme oder verwenden Sie kleinere Bilder.</translation>
    </message>
    <message>
        <source>{file} cannot be reached: {reason}.</source>
        <translation>{file} ist nicht erreichbar: {reason}.</translation>
    </message>
    <message>
        <source>Is its disk, card or network drive still connected?</source>
        <translation>Ist die Festplatte, die Karte oder das Netzlaufwerk noch verbunden?</translation>
    </message>
    <message>
        <source>{file} is an HDR picture ({kind}).</source>
        <translation>{file} ist ein HDR-Bild ({kind}).</translation>
    </message>
    <message>
        <source>Save it as a TIFF or JPEG, or use the camera&apos;s RAW file.</source>
        <translation>Speichern Sie es als TIFF oder JPEG oder verwenden Sie die RAW-Datei der Kamera.</translation>
    </message>
    <message>
        <source>{file} is a HEIC picture, and pillow-heif is not installed.</source>
        <translation>{file} ist ein HEIC-Bild, und pillow-heif ist nicht installiert.</translation>
    </message>
    <message>
        <source>Run: pip install pillow-heif - or save the pictures as JPEG or TIFF.</source>
        <translation>Rufen Sie auf: pip install pillow-heif - oder speichern Sie die Bilder als JPEG oder TIFF.</translation>
    </message>
    <message>
        <source>{file} has the name of a page of another file.</source>
        <translation>{file} heißt wie eine Seite einer anderen Datei.</translation>
    </message>
    <message>
        <source>Rename it, so that it ends in .tif.</source>
        <translation>Benennen Sie die Datei um, sodass ihr Name auf .tif endet.</translation>
    </message>
    <message>
        <source>{file} is a pipe or a device, not a picture.</source>
        <translation>{file} ist eine Pipe oder ein Gerät, kein Bild.</translation>
    </message>
    <message>
        <source>Save the picture as a file, and give that.</source>
        <translation>Speichern Sie das Bild als Datei und geben Sie diese an.</translation>
    </message>
    <message>
        <source>{file} is empty.</source>
        <translation>{file} ist leer.</translation>
    </message>
    <message>
        <source>Copy it again from the camera, or leave it out.</source>
        <translation>Kopieren Sie die Datei noch einmal von der Kamera oder lassen Sie sie weg.</translation>
    </message>
    <message>
        <source>{file} is no picture of a kind that can be read.</source>
        <translation>{file} ist kein Bild, das sich lesen lässt.</translation>
    </message>
    <message>
        <source>Save it as TIFF, PNG or JPEG, or leave it out of the stack.</source>
        <translation>Speichern Sie die Datei als TIFF, PNG oder JPEG, oder lassen Sie sie im Stack weg.</translation>
    </message>
    <message>
        <source>{folder} is not a folder.</source>
        <translation>{folder} ist kein Ordner.</translation>
    </message>
    <message>
        <source>{file} has {width_px} x {height_px} pixels; at most {most} megapixels are supported.</source>
        <translation>{file} hat {width_px} x {height_px} Pixel; höchstens {most} Megapixel werden unterstützt.</translation>
    </message>
    <message>
        <source>Reduce its size first.</source>
        <translation>Verkleinern Sie es zuerst.</translation>
    </message>
    <message>
        <source>{file} is a JPEG of a kind that is not supported (lossless, or not with 8 bits).</source>
        <translation>{file} ist ein JPEG einer Art, die nicht unterstützt wird (verlustfrei oder nicht mit 8 Bit).</translation>
    </message>
    <message>
        <source>Save it as a usual JPEG, or as TIFF.</source>
        <translation>Speichern Sie es als gewöhnliches JPEG oder als TIFF.</translation>
    </message>
    <message>
        <source>{file} is a Lab picture.</source>
        <translation>{file} ist ein Lab-Bild.</translation>
    </message>
    <message>
        <source>Save it as RGB.</source>
        <translation>Speichern Sie es als RGB.</translation>
    </message>
    <message>
        <source>{file} has a pixel format that is not supported ({mode}).</source>
        <translation>{file} hat ein Pixelformat, das nicht unterstützt wird ({mode}).</translation>
    </message>
    <message>
        <source>Save it as an 8- or 16-bit RGB picture.</source>
        <translation>Speichern Sie es als RGB-Bild mit 8 oder 16 Bit.</translation>
    </message>
    <message>
        <source>{file} has {width_px} x {height_px} pixels now, not {width_before_px} x {height_before_px}: it was changed since it was opened.</source>
        <translation>{file} hat jetzt {width_px} x {height_px} Pixel, nicht {width_before_px} x {height_before_px}: Die Datei wurde seit dem Öffnen geändert.</translation>
    </message>
    <message>
        <source>Open the stack again.</source>
        <translation>Öffnen Sie den Stack noch einmal.</translation>
    </message>
    <message>
        <source>{file} holds several pictures.</source>
        <translation>{file} enthält mehrere Bilder.</translation>
    </message>
    <message>
        <source>Its name has to end in .tif, so that it is opened as a stack.</source>
        <translation>Ihr Name muss auf .tif enden, damit sie als Stack geöffnet wird.</translation>
    </message>
    <message>
        <source>{file} does not exist: the file has fewer pages.</source>
        <translation>{file} gibt es nicht: Die Datei hat weniger Seiten.</translation>
    </message>
    <message>
        <source>{file} has {count} channels.</source>
        <translation>{file} hat {count} Kanäle.</translation>
    </message>
    <message>
        <source>Save the stack as RGB, or each channel as a file of its own.</source>
        <translation>Speichern Sie den Stack als RGB, oder jeden Kanal als eigene Datei.</translation>
    </message>
    <message>
        <source>{file} holds several stacks.</source>
        <translation>{file} enthält mehrere Stacks.</translation>
    </message>
    <message>
        <source>Save each of them as a file of its own.</source>
        <translation>Speichern Sie jeden davon als eigene Datei.</translation>
    </message>
    <message>
        <source>{file} is a {kind} picture, which is read with 8 bits only.</source>
        <translation>{file} ist ein {kind}-Bild, und solche werden nur mit 8 Bit gelesen.</translation>
    </message>
    <message>
        <source>{file} is a TIFF of a kind that is not supported ({bits}-bit {photometric}, {depth}).</source>
        <translation>{file} ist ein TIFF einer Art, die nicht unterstützt wird ({bits} Bit {photometric}, {depth}).</translation>
    </message>
    <message>
        <source>{file} is a JPEG XL picture with an ICC profile, which cannot be read from it.</source>
        <translation>{file} ist ein JPEG-XL-Bild mit einem ICC-Profil, das sich nicht daraus lesen lässt.</translation>
    </message>
    <message>
        <source>Save it as TIFF or PNG, or as JPEG XL in sRGB.</source>
        <translation>Speichern Sie die Datei als TIFF oder PNG oder als JPEG XL in sRGB.</translation>
    </message>
    <message>
        <source>{file} is a JPEG XL picture of a kind that is not supported.</source>
        <translation>{file} ist ein JPEG-XL-Bild einer Art, die nicht unterstützt wird.</translation>
    </message>
    <message>
        <source>Save it as RGB or greyscale with 8, 16 or 32 bits (floating point).</source>
        <translation>Speichern Sie die Datei als RGB oder Graustufen mit 8, 16 oder 32 Bit (Gleitkomma).</translation>
    </message>
    <message>
        <source>Choose TIFF or PNG.</source>
        <translation>Wählen Sie TIFF oder PNG.</translation>
    </message>
    <message>
        <source>Choose TIFF, PNG or JPEG.</source>
        <translation>Wählen Sie TIFF, PNG oder JPEG.</translation>
    </message>
    <message>
        <source>{file} has the suffix of no picture format.</source>
        <translation>{file} hat nicht die Endung eines Bildformats.</translation>
    </message>
    <message>
        <source>Use .tif, .png, .jpg, .webp, .jxl or .dng.</source>
        <translation>Verwenden Sie .tif, .png, .jpg, .webp, .jxl oder .dng.</translation>
    </message>
    <message>
        <source>The picture has more than {largest_px} pixels on a side, which {name} cannot hold.</source>
        <translation>Das Bild hat an einer Seite mehr als {largest_px} Pixel; so große Bilder kann {name} nicht speichern.</translation>
    </message>
    <message>
        <source>{file}: a map is written as PNG or TIFF.</source>
        <translation>{file}: Eine Karte wird als PNG oder TIFF geschrieben.</translation>
    </message>
    <message>
        <source>Give a name ending in .png or .tif.</source>
        <translation>Geben Sie einen Namen an, der auf .png oder .tif endet.</translation>
    </message>
    <message>
        <source>The picture would be larger than 4 GB, which TIFF and DNG cannot hold.</source>
        <translation>Das Bild wäre größer als 4 GB; so viel fassen TIFF und DNG nicht.</translation>
    </message>
    <message>
        <source>Stack smaller pictures.</source>
        <translation>Stacken Sie kleinere Bilder.</translation>
    </message>
    <message>
        <source>{first} to {last}</source>
        <translation>{first} bis {last}</translation>
    </message>
    <message>
        <source>{frames}: nothing is sharp, the focus lies outside the subject. Without these frames it goes faster.</source>
        <translation>{frames}: Nichts ist scharf, der Fokus liegt außerhalb des Motivs. Ohne diese Aufnahmen geht es schneller.</translation>
    </message>
    <message>
        <source>{frames}: nothing is sharp, perhaps shaken. Leave it out if the result is soft.</source>
        <translation>{frames}: Nichts ist scharf, vielleicht verwackelt. Lassen Sie die Aufnahme weg, falls das Ergebnis weich ist.</translation>
    </message>
    <message>
        <source>{frame} is the same picture as {before}. Leave one of them out.</source>
        <translation>{frame} ist dasselbe Bild wie {before}. Lassen Sie eines von beiden weg.</translation>
    </message>
    <message>
        <source>{frame} is {ev:.1f} EV {how} than {reference}. It is matched; expose manually next time.</source>
        <translation>{frame} ist {ev:.1f} EV {how} als {reference}. Das wird ausgeglichen; belichten Sie beim nächsten Mal manuell.</translation>
    </message>
    <message>
        <source>brighter</source>
        <translation>heller</translation>
    </message>
    <message>
        <source>darker</source>
        <translation>dunkler</translation>
    </message>
    <message>
        <source>{frame} is much {how} than the others, by more than can be matched: it can spoil the whole picture. Leave it out.</source>
        <translation>{frame} ist viel {how} als die anderen, mehr, als sich angleichen lässt: Die Aufnahme kann das ganze Bild verderben. Lassen Sie sie weg.</translation>
    </message>
    <message>
        <source>The focus step from {before} to {frame} is much wider than the others: what lies between may be soft. Is a frame missing?</source>
        <translation>Der Fokusschritt von {before} zu {frame} ist viel größer als die anderen: Was dazwischen liegt, kann unscharf sein. Fehlt eine Aufnahme?</translation>
    </message>
    <message>
        <source>{count} frames could not be registered to the others and are placed like the one beside them; the first is {file}. Leave them out if edges look doubled.</source>
        <translation>{count} Aufnahmen ließen sich nicht an den anderen ausrichten und liegen wie die daneben; die erste ist {file}. Lassen Sie sie weg, wenn Kanten doppelt erscheinen.</translation>
    </message>
    <message>
        <source>{file} could not be registered to the others and is placed like the one beside it. Leave it out if edges look doubled.</source>
        <translation>{file} ließ sich nicht an den anderen ausrichten und liegt wie die Aufnahme daneben. Lassen Sie sie weg, falls Kanten doppelt erscheinen.</translation>
    </message>
    <message>
        <source>{count} frames were left out: they are far too dark or bright, or show something else than the others. The first is {file}.</source>
        <translation>{count} Aufnahmen wurden weggelassen: Sie sind viel zu dunkel oder hell oder zeigen etwas anderes als die übrigen. Die erste ist {file}.</translation>
    </message>
    <message>
        <source>{file} was left out: it is much darker or brighter than the others, by more than can be matched.</source>
        <translation>{file} wurde weggelassen: Die Aufnahme ist viel dunkler oder heller als die anderen, mehr, als sich angleichen lässt.</translation>
    </message>
    <message>
        <source>{file} was left out: it shows something else than the others.</source>
        <translation>{file} wurde weggelassen: Die Aufnahme zeigt etwas anderes als die übrigen.</translation>
    </message>
    <message>
        <source>Something moved while the frames were taken. It is shown as it is in {frames}, and what is behind it may be soft around there. Look at the result at 100 %; retouch it from another frame, or leave frames out.</source>
        <translation>Während der Aufnahmen hat sich etwas bewegt. Es wird so gezeigt, wie es in {frames} ist; was dahinter liegt, kann dort unscharf sein. Sehen Sie sich das Ergebnis bei 100 % an; retuschieren Sie es aus einer anderen Aufnahme, oder lassen Sie Aufnahmen weg.</translation>
    </message>
    <message>
        <source>{count} frames are the same pictures as the ones before them; the first is {frame}. Leave them out.</source>
        <translation>{count} Aufnahmen sind dasselbe Bild wie die jeweils vorige; die erste ist {frame}. Lassen Sie sie weg.</translation>
    </message>
    <message>
        <source>{count} frames are brighter or darker than {reference}, {frame} by {ev:.1f} EV. They are matched; expose manually next time.</source>
        <translation>{count} Aufnahmen sind heller oder dunkler als {reference}, {frame} um {ev:.1f} EV. Sie werden angeglichen; belichten Sie nächstes Mal manuell.</translation>
    </message>
    <message>
        <source>Align the frames anew.</source>
        <translation>Richten Sie die Aufnahmen neu aus.</translation>
    </message>
    <message>
        <source>{file} comes from a newer version of the program.</source>
        <translation>{file} stammt aus einer neueren Version des Programms.</translation>
    </message>
    <message>
        <source>Update the program to use it.</source>
        <translation>Aktualisieren Sie das Programm, um die Datei zu verwenden.</translation>
    </message>
    <message>
        <source>{file} does not know {frame}.</source>
        <translation>{file} kennt {frame} nicht.</translation>
    </message>
    <message>
        <source>{file} is for frames of {width_px} x {height_px} pixels; {frame} has {frame_width_px} x {frame_height_px}.</source>
        <translation>{file} gilt für Aufnahmen mit {width_px} x {height_px} Pixeln; {frame} hat {frame_width_px} x {frame_height_px}.</translation>
    </message>
    <message>
        <source>{file} is damaged, or not an alignment.</source>
        <translation>{file} ist beschädigt oder keine Ausrichtung.</translation>
    </message>
    <message>
        <source>{file} and {other} have the same name: an alignment file cannot tell them apart.</source>
        <translation>{file} und {other} haben denselben Namen: Eine Ausrichtungsdatei kann sie nicht unterscheiden.</translation>
    </message>
    <message>
        <source>Rename one of them.</source>
        <translation>Benennen Sie eine davon um.</translation>
    </message>
    <message>
        <source>It exists already.</source>
        <translation>Das Bild gibt es schon.</translation>
    </message>
    <message>
        <source>Unexpected error: {bug!r}</source>
        <translation>Unerwarteter Fehler: {bug!r}</translation>
    </message>
    <message>
        <source>{file} was not made by this program, and is kept.</source>
        <translation>{file} ist nicht von diesem Programm und wird behalten.</translation>
    </message>
    <message>
        <source>Move it away, or choose another folder or name for the results.</source>
        <translation>Verschieben Sie die Datei, oder wählen Sie einen anderen Ordner oder Namen für die Ergebnisse.</translation>
    </message>
    <message>
        <source>There is no stack to fuse.</source>
        <translation>Es gibt keinen Stack zu verrechnen.</translation>
    </message>
    <message>
        <source>Add a folder that holds frames.</source>
        <translation>Fügen Sie einen Ordner mit Aufnahmen hinzu.</translation>
    </message>
    <message>
        <source>{folder} holds frames.</source>
        <translation>{folder} enthält Aufnahmen.</translation>
    </message>
    <message>
        <source>Choose another folder for the results.</source>
        <translation>Wählen Sie einen anderen Ordner für die Ergebnisse.</translation>
    </message>
    <message>
        <source>Writing</source>
        <translation>Schreiben</translation>
    </message>
    <message>
        <source>Written</source>
        <translation>Geschrieben</translation>
    </message>
    <message>
        <source>{file} is one of the frames.</source>
        <translation>{file} ist eine der Aufnahmen.</translation>
    </message>
    <message>
        <source>Choose another name for the result.</source>
        <translation>Wählen Sie einen anderen Namen für das Ergebnis.</translation>
    </message>
    <message>
        <source>{file} is named twice.</source>
        <translation>{file} ist zweimal angegeben.</translation>
    </message>
    <message>
        <source>Give each file its own name.</source>
        <translation>Geben Sie jeder Datei einen eigenen Namen.</translation>
    </message>
    <message>
        <source>Give the name of a file in it.</source>
        <translation>Geben Sie den Namen einer Datei darin an.</translation>
    </message>
    <message>
        <source>The folder {folder} does not exist.</source>
        <translation>Den Ordner {folder} gibt es nicht.</translation>
    </message>
    <message>
        <source>Maps are written as .png or .tif.</source>
        <translation>Karten werden als .png oder .tif geschrieben.</translation>
    </message>
    <message>
        <source>Create it first.</source>
        <translation>Legen Sie ihn zuerst an.</translation>
    </message>
    <message>
        <source>Choose another one.</source>
        <translation>Wählen Sie einen anderen.</translation>
    </message>
    <message>
        <source>The folder {folder} may not be written to.</source>
        <translation>In den Ordner {folder} darf nicht geschrieben werden.</translation>
    </message>
    <message>
        <source>Use a name with one of these endings: {names}</source>
        <translation>Wählen Sie einen Namen mit einer dieser Endungen: {names}</translation>
    </message>
    <message>
        <source>{file} has the wrong suffix.</source>
        <translation>{file} hat die falsche Endung.</translation>
    </message>
    <message>
        <source>{file} was made by this program and is left out of the stack.</source>
        <translation>{file} stammt von diesem Programm und bleibt aus dem Stack heraus.</translation>
    </message>
    <message>
        <source>{count} pictures that this program made are left out of the stack. The first is {file}.</source>
        <translation>{count} Bilder stammen von diesem Programm und bleiben aus dem Stack heraus. Das erste ist {file}.</translation>
    </message>
    <message>
        <source>{folder} holds no pictures.</source>
        <translation>{folder} enthält keine Bilder.</translation>
    </message>
    <message>
        <source>{count} files hold several frames each and are read as one stack, one after the other. As a batch, each of them becomes a picture.</source>
        <translation>{count} Dateien enthalten je mehrere Aufnahmen und werden nacheinander als ein Stack gelesen. Die Stapelverarbeitung macht aus jeder ein Bild.</translation>
    </message>
    <message>
        <source>1 picture beside a RAW file of the same name is left out.</source>
        <translation>1 Bild neben einer RAW-Datei desselben Namens wird weggelassen.</translation>
    </message>
    <message>
        <source>{count} pictures beside RAW files of the same name are left out.</source>
        <translation>{count} Bilder neben RAW-Dateien desselben Namens werden weggelassen.</translation>
    </message>
    <message>
        <source>{file} says that the camera was held in another way than for the other frames, and is read like these.</source>
        <translation>{file} nennt eine andere Drehung der Kamera als die übrigen Aufnahmen und wird gelesen wie diese.</translation>
    </message>
    <message>
        <source>{count} frames say that the camera was held in another way than for most frames, and are read like these. The first is {file}.</source>
        <translation>{count} Aufnahmen nennen eine andere Drehung der Kamera als die meisten und werden gelesen wie diese. Die erste ist {file}.</translation>
    </message>
    <message>
        <source>{folder} holds no pictures of a kind that can be read.</source>
        <translation>{folder} enthält keine Bilder, die sich lesen lassen.</translation>
    </message>
    <message>
        <source>Choose the folder that has the frames directly in it.</source>
        <translation>Wählen Sie den Ordner, in dem die Aufnahmen unmittelbar liegen.</translation>
    </message>
    <message>
        <source>There are no frames.</source>
        <translation>Es gibt keine Aufnahmen.</translation>
    </message>
    <message>
        <source>Choose the frames of one stack, or their folder.</source>
        <translation>Wählen Sie die Aufnahmen eines Stacks oder deren Ordner.</translation>
    </message>
    <message>
        <source>{file} is a folder among other paths.</source>
        <translation>{file} ist ein Ordner zwischen anderen Pfaden.</translation>
    </message>
    <message>
        <source>Give either files or one folder; many folders are a batch.</source>
        <translation>Geben Sie entweder Dateien oder einen Ordner an; viele Ordner sind eine Stapelverarbeitung.</translation>
    </message>
    <message>
        <source>{file} was given more than once and counts once.</source>
        <translation>{file} wurde mehrfach angegeben und zählt einmal.</translation>
    </message>
    <message>
        <source>{file} has {width_px} x {height_px} pixels, most frames have {usual_width_px} x {usual_height_px}: it is left out of the stack.</source>
        <translation>{file} hat {width_px} x {height_px} Pixel, die meisten Bilder haben {usual_width_px} x {usual_height_px}: Die Datei bleibt aus dem Stack heraus.</translation>
    </message>
    <message>
        <source>{count} pictures differ in size from most frames, which have {usual_width_px} x {usual_height_px} pixels, and are left out of the stack: {files}.</source>
        <translation>{count} Bilder sind nicht so groß wie die meisten mit {usual_width_px} x {usual_height_px} Pixeln und bleiben aus dem Stack heraus: {files}.</translation>
    </message>
    <message>
        <source>{file} is {width_px} x {height_px} pixels, but {first} is {first_width_px} x {first_height_px}.</source>
        <translation>{file} hat {width_px} x {height_px} Pixel, {first} aber {first_width_px} x {first_height_px}.</translation>
    </message>
    <message>
        <source>All frames of a stack need the same size and orientation; leave the odd one out.</source>
        <translation>Alle Aufnahmen eines Stacks brauchen dieselbe Größe und Ausrichtung; lassen Sie die abweichende weg.</translation>
    </message>
    <message>
        <source>Update the program to open it.</source>
        <translation>Aktualisieren Sie das Programm, um die Datei zu öffnen.</translation>
    </message>
    <message>
        <source>{file} is damaged, or not a project.</source>
        <translation>{file} ist beschädigt oder kein Projekt.</translation>
    </message>
    <message>
        <source>Open the frames themselves.</source>
        <translation>Öffnen Sie die Aufnahmen selbst.</translation>
    </message>
    <message>
        <source>{folder} holds no stacks.</source>
        <translation>{folder} enthält keine Stacks.</translation>
    </message>
    <message>
        <source>Give a folder whose sub-folders hold the frames.</source>
        <translation>Geben Sie einen Ordner an, dessen Unterordner die Aufnahmen enthalten.</translation>
    </message>
    <message>
        <source>The pictures that lie directly in {folder} are left out.</source>
        <translation>Die Bilder, die direkt in {folder} liegen, bleiben unberücksichtigt.</translation>
    </message>
    <message>
        <source>The pictures in {folder} are left out, because results go there.</source>
        <translation>Die Bilder in {folder} bleiben unberücksichtigt, weil dort die Ergebnisse hinkommen.</translation>
    </message>
    <message>
        <source>{folder} is left out: its pictures lie in sub-folders.</source>
        <translation>{folder} bleibt unberücksichtigt: Die Bilder darin liegen in Unterordnern.</translation>
    </message>
    <message>
        <source>Reading {folder}</source>
        <translation>{folder} wird gelesen</translation>
    </message>
    <message>
        <source>Reading</source>
        <translation>Lesen</translation>
    </message>
    <message>
        <source>Fused</source>
        <translation>Verrechnet</translation>
    </message>
    <message>
        <source>Close other programs, or use the Pyramid method.</source>
        <translation>Schließen Sie andere Programme oder verwenden Sie das Verfahren Pyramide.</translation>
    </message>
    <message>
        <source>There is one frame only: it is returned as it is.</source>
        <translation>Es gibt nur eine Aufnahme: Sie wird unverändert zurückgegeben.</translation>
    </message>
    <message>
        <source>The frames did not come in the order of their focus. They were put into it, from {first} to {last}; the depth map counts them so.</source>
        <translation>Die Aufnahmen kamen nicht in der Reihenfolge ihres Fokus. Sie wurden danach geordnet, von {first} bis {last}; so zählt sie die Tiefenkarte.</translation>
    </message>
    <message>
        <source>{file} is the reference instead: the other frames are fitted to it.</source>
        <translation>Stattdessen ist {file} die Referenz: Die anderen Aufnahmen werden ihr angepasst.</translation>
    </message>
    <message>
        <source>Encoding</source>
        <translation>Kodieren</translation>
    </message>
    <message>
        <source>{file} is {width_px} x {height_px} px, the frames before it {before_width_px} x {before_height_px}.</source>
        <translation>{file} hat {width_px} x {height_px} px, die Aufnahmen davor {before_width_px} x {before_height_px}.</translation>
    </message>
    <message>
        <source>Leave it out.</source>
        <translation>Lassen Sie sie weg.</translation>
    </message>
    <message>
        <source>{frame} has the colours of {space}, but {reference} those of {reference_space}, and they are not converted. Export all frames with the same profile.</source>
        <translation>{frame} hat die Farben von {space}, {reference} aber die von {reference_space}; sie werden nicht umgerechnet. Exportieren Sie alle Aufnahmen mit demselben Profil.</translation>
    </message>
    <message>
        <source>{file} and {count} more</source>
        <translation>{file} und {count} weitere</translation>
    </message>
    <message>
        <source>{frames}: the model reproduces the detail or the noise badly (error {error:.3f}, usually {usual:.3f}). Look at the result at 100 %, or use strict mode or the pyramid method.</source>
        <translation>{frames}: Das Modell gibt die Details oder das Rauschen schlecht wieder (Fehler {error:.3f}, sonst {usual:.3f}). Sehen Sie sich das Ergebnis bei 100 % an oder verwenden Sie den strengen Modus oder das Pyramidenverfahren.</translation>
    </message>
    <message>
        <source>There is no such page{meant}</source>
        <translation>Diese Seite gibt es nicht{meant}</translation>
    </message>
    <message>
        <source>This is not a page of settings.</source>
        <translation>Das ist keine Seite mit Einstellungen.</translation>
    </message>
    <message>
        <source>{value!r} is not one of {known}{meant}</source>
        <translation>{value!r} ist keines von {known}{meant}</translation>
    </message>
    <message>
        <source>{value!r} is neither true nor false.</source>
        <translation>{value!r} ist weder true noch false.</translation>
    </message>
    <message>
        <source>{value!r} is not a number from {least:g} to {most:g}.</source>
        <translation>{value!r} ist keine Zahl von {least:g} bis {most:g}.</translation>
    </message>
    <message>
        <source>{value!r} is not a text.</source>
        <translation>{value!r} ist kein Text.</translation>
    </message>
    <message>
        <source>There is no such setting{meant}</source>
        <translation>Diese Einstellung gibt es nicht{meant}</translation>
    </message>
    <message>
        <source>; did you mean {near}?</source>
        <translation>; meinten Sie {near}?</translation>
    </message>
    <message>
        <source>{file} cannot be read ({error}).</source>
        <translation>{file} lässt sich nicht lesen ({error}).</translation>
    </message>
    <message>
        <source>{file} is damaged; the preferences start anew and a copy of the file is kept as {copy}.</source>
        <translation>{file} ist beschädigt; die Einstellungen beginnen neu, und eine Kopie der Datei bleibt als {copy} erhalten.</translation>
    </message>
    <message>
        <source>{file} comes from a newer version of the program and is left alone; preferences hold until the program is closed.</source>
        <translation>{file} stammt aus einer neueren Version des Programms und bleibt unberührt; Einstellungen gelten bis zum Beenden des Programms.</translation>
    </message>
    <message>
        <source>The preferences were not saved: their file comes from a newer version of the program.</source>
        <translation>Die Einstellungen wurden nicht gespeichert: Ihre Datei stammt aus einer neueren Version des Programms.</translation>
    </message>
    <message>
        <source>They hold until the program is closed.</source>
        <translation>Sie gelten bis zum Beenden des Programms.</translation>
    </message>
    <message>
        <source>Choose automatic or the processor as the device.</source>
        <translation>Wählen Sie „Automatisch“ oder den Prozessor als Gerät.</translation>
    </message>
    <message>
        <source>Install the program again.</source>
        <translation>Installieren Sie das Programm neu.</translation>
    </message>
    <message>
        <source>Install Microsoft&apos;s Visual C++ Redistributable (x64), and start the program again.</source>
        <translation>Installieren Sie „Visual C++ Redistributable“ (x64) von Microsoft und starten Sie das Programm neu.</translation>
    </message>
    <message>
        <source>ONNX Runtime cannot be loaded ({error}).</source>
        <translation>ONNX Runtime lässt sich nicht laden ({error}).</translation>
    </message>
    <message>
        <source>The installed ONNX Runtime has no {label}.</source>
        <translation>Die installierte ONNX Runtime kennt {label} nicht.</translation>
    </message>
    <message>
        <source>PyTorch or onnx is not installed; pip install &apos;focusstack_app[cuda]&apos; does it.</source>
        <translation>PyTorch oder onnx ist nicht installiert; pip install &apos;focusstack_app[cuda]&apos; holt es nach.</translation>
    </message>
    <message>
        <source>There is no NVIDIA graphics card with a driver.</source>
        <translation>Es gibt keine NVIDIA-Grafikkarte mit Treiber.</translation>
    </message>
    <message>
        <source>{device} gives other results than the processor.</source>
        <translation>{device} liefert andere Ergebnisse als der Prozessor.</translation>
    </message>
    <message>
        <source>PyTorch cannot be loaded ({error}).</source>
        <translation>PyTorch lässt sich nicht laden ({error}).</translation>
    </message>
    <message>
        <source>Install it again.</source>
        <translation>Installieren Sie es neu.</translation>
    </message>
    <message>
        <source>{label} does not start: {unloaded} cannot be loaded.</source>
        <translation>{label} startet nicht: {unloaded} lässt sich nicht laden.</translation>
    </message>
    <message>
        <source>The NVIDIA driver does not start (error {code}).</source>
        <translation>Der NVIDIA-Treiber startet nicht (Fehler {code}).</translation>
    </message>
    <message>
        <source>Install the driver again, or restart the machine.</source>
        <translation>Installieren Sie den Treiber neu oder starten Sie den Rechner neu.</translation>
    </message>
    <message>
        <source>The graphics card ran out of memory; the picture was fused in tiles of {tile_px} px.</source>
        <translation>Der Grafikkarte ging der Speicher aus; das Bild wurde in Kacheln von {tile_px} px verrechnet.</translation>
    </message>
    <message>
        <source>The graphics card could not be used; the processor was used.</source>
        <translation>Die Grafikkarte war nicht verwendbar; gerechnet hat der Prozessor.</translation>
    </message>
    <message>
        <source>The device ran out of memory.</source>
        <translation>Dem Gerät ging der Speicher aus.</translation>
    </message>
    <message>
        <source>Close other programs, or choose the processor as the device.</source>
        <translation>Schließen Sie andere Programme oder wählen Sie den Prozessor als Gerät.</translation>
    </message>
    <message>
        <source>{device} fails ({error}).</source>
        <translation>{device} versagt ({error}).</translation>
    </message>
    <message>
        <source>Choose the processor as the device.</source>
        <translation>Wählen Sie den Prozessor als Gerät.</translation>
    </message>
    <message>
        <source>{label} does not start ({error}).</source>
        <translation>{label} startet nicht ({error}).</translation>
    </message>
    <message>
        <source>The model file {file} cannot be loaded ({error}).</source>
        <translation>Die Modelldatei {file} lässt sich nicht laden ({error}).</translation>
    </message>
    <message>
        <source>{label} does not start: ONNX Runtime cannot load its libraries.</source>
        <translation>{label} startet nicht: ONNX Runtime kann die Bibliotheken nicht laden.</translation>
    </message>
    <message>
        <source>Install them, or choose the processor as the device.</source>
        <translation>Installieren Sie sie oder wählen Sie den Prozessor als Gerät.</translation>
    </message>
    <message>
        <source>The installed PyTorch finds no NVIDIA graphics card that it can use.</source>
        <translation>Das installierte PyTorch findet keine NVIDIA-Grafikkarte, die es verwenden kann.</translation>
    </message>
    <message>
        <source>The model {id} has another network than PyTorch is given here ({error}).</source>
        <translation>Das Modell {id} hat ein anderes Netz, als PyTorch hier bekommt ({error}).</translation>
    </message>
    <message>
        <source>Choose another device.</source>
        <translation>Wählen Sie ein anderes Gerät.</translation>
    </message>
    <message>
        <source>Source {number} of {count}</source>
        <translation>Aufnahme {number} von {count}</translation>
    </message>
    <message>
        <source>full quality here</source>
        <translation>hier in voller Qualität</translation>
    </message>
    <message>
        <source>Preview</source>
        <translation>Vorschau</translation>
    </message>
    <message>
        <source>Preview before the change</source>
        <translation>Vorschau vor der Änderung</translation>
    </message>
    <message>
        <source>Rough preview: {count} of {all} frames</source>
        <translation>Grobe Vorschau: {count} von {all} Aufnahmen</translation>
    </message>
    <message>
        <source>Quick preview</source>
        <translation>Schnelle Vorschau</translation>
    </message>
    <message>
        <source>First look, from a few frames</source>
        <translation>Erster Blick, aus wenigen Aufnahmen</translation>
    </message>
    <message>
        <source>{percent} %</source>
        <translation>{percent} %</translation>
    </message>
    <message>
        <source>zoom in for full quality</source>
        <translation>Zoom: volle Qualität</translation>
    </message>
    <message>
        <source>first look, {percent}</source>
        <translation>erster Blick, {percent}</translation>
    </message>
    <message>
        <source>reading full size, {percent}</source>
        <translation>lese volle Größe, {percent}</translation>
    </message>
    <message>
        <source>refining to full quality, {percent}</source>
        <translation>wird verfeinert, {percent}</translation>
    </message>
    <message>
        <source>This is one frame; the preview of all is on its way: {percent} %</source>
        <translation>Dies ist eine Aufnahme; die Vorschau aus allen ist unterwegs: {percent} %</translation>
    </message>
    <message numerus="yes">
        <source>{included} of %n frame(s) included</source>
        <translation>
            <numerusform>{included} von %n Aufnahme verwendet</numerusform>
            <numerusform>{included} von %n Aufnahmen verwendet</numerusform>
        </translation>
    </message>
    <message>
        <source>needs about {memory}</source>
        <translation>braucht etwa {memory}</translation>
    </message>
    <message>
        <source>device: automatic</source>
        <translation>Gerät: automatisch</translation>
    </message>
    <message>
        <source>no frame is included</source>
        <translation>keine Aufnahme wird verwendet</translation>
    </message>
    <message>
        <source>no preview</source>
        <translation>keine Vorschau</translation>
    </message>
    <message>
        <source>the preview waits for the render</source>
        <translation>die Vorschau wartet auf das Rendern</translation>
    </message>
    <message>
        <source>preview {percent} %</source>
        <translation>Vorschau {percent} %</translation>
    </message>
    <message>
        <source>&amp;Open…</source>
        <translation>Ö&amp;ffnen …</translation>
    </message>
    <message>
        <source>Open the files of one focus bracket, or a project</source>
        <translation>Die Dateien einer Fokusreihe oder ein Projekt öffnen</translation>
    </message>
    <message>
        <source>Open &amp;Folder…</source>
        <translation>Or&amp;dner öffnen …</translation>
    </message>
    <message>
        <source>Open every picture of a folder</source>
        <translation>Alle Bilder eines Ordners öffnen</translation>
    </message>
    <message>
        <source>Open &amp;Demo Stack</source>
        <translation>Be&amp;ispiel öffnen</translation>
    </message>
    <message>
        <source>Open the frames that come with the program</source>
        <translation>Die mitgelieferten Aufnahmen öffnen</translation>
    </message>
    <message>
        <source>Add Fra&amp;mes…</source>
        <translation>Aufnah&amp;men hinzufügen …</translation>
    </message>
    <message>
        <source>Add further frames to the open stack</source>
        <translation>Dem geöffneten Stack weitere Aufnahmen hinzufügen</translation>
    </message>
    <message>
        <source>&amp;Save Project</source>
        <translation>Projekt &amp;speichern</translation>
    </message>
    <message>
        <source>Keep which frames count, and how they are fused</source>
        <translation>Festhalten, welche Aufnahmen zählen und wie sie verrechnet werden</translation>
    </message>
    <message>
        <source>Save Project &amp;As…</source>
        <translation>Projekt speichern &amp;unter …</translation>
    </message>
    <message>
        <source>&amp;Batch…</source>
        <translation>S&amp;tapelverarbeitung …</translation>
    </message>
    <message>
        <source>Fuse many stacks, one picture each</source>
        <translation>Viele Stacks verrechnen, jeden zu einem Bild</translation>
    </message>
    <message>
        <source>Fuse the included frames at full size</source>
        <translation>Die verwendeten Aufnahmen in voller Größe verrechnen</translation>
    </message>
    <message>
        <source>Re&amp;nder</source>
        <translation>&amp;Rendern</translation>
    </message>
    <message>
        <source>Render S&amp;labs…</source>
        <translation>Tei&amp;lstacks rendern …</translation>
    </message>
    <message>
        <source>Fuse neighbouring frames in groups, each to an output of its own</source>
        <translation>Aufnahmen hintereinander in Gruppen verrechnen, jede zu einem eigenen Ergebnis</translation>
    </message>
    <message>
        <source>Stop the render</source>
        <translation>Das Rendern abbrechen</translation>
    </message>
    <message>
        <source>S&amp;top</source>
        <translation>Rendern &amp;abbrechen</translation>
    </message>
    <message>
        <source>&amp;Export…</source>
        <translation>E&amp;xportieren …</translation>
    </message>
    <message>
        <source>Save the selected output to a file</source>
        <translation>Das gewählte Ergebnis in eine Datei speichern</translation>
    </message>
    <message>
        <source>Export De&amp;pth Map…</source>
        <translation>Tiefen&amp;karte exportieren …</translation>
    </message>
    <message>
        <source>Export Pro&amp;venance Map…</source>
        <translation>&amp;Herkunftskarte exportieren …</translation>
    </message>
    <message>
        <source>Export Stereo Vie&amp;w…</source>
        <translation>St&amp;ereobild exportieren …</translation>
    </message>
    <message>
        <source>Export All O&amp;utputs…</source>
        <translation>Alle Er&amp;gebnisse exportieren …</translation>
    </message>
    <message>
        <source>&amp;Preferences…</source>
        <translation>E&amp;instellungen …</translation>
    </message>
    <message>
        <source>Defaults, output format, colours</source>
        <translation>Vorgaben, Ausgabeformat, Farben</translation>
    </message>
    <message>
        <source>&amp;Quit</source>
        <translation>&amp;Beenden</translation>
    </message>
    <message>
        <source>&amp;Include All Frames</source>
        <translation>&amp;Alle Aufnahmen verwenden</translation>
    </message>
    <message>
        <source>Include every frame again</source>
        <translation>Alle Aufnahmen wieder verwenden</translation>
    </message>
    <message>
        <source>&amp;Remove Frame</source>
        <translation>Aufnahme &amp;entfernen</translation>
    </message>
    <message>
        <source>Remove the selected frames from the list; files stay</source>
        <translation>Die gewählten Aufnahmen aus der Liste entfernen; die Dateien bleiben</translation>
    </message>
    <message>
        <source>&amp;Undo</source>
        <translation>&amp;Rückgängig</translation>
    </message>
    <message>
        <source>Take the last step back</source>
        <translation>Den letzten Schritt zurücknehmen</translation>
    </message>
    <message>
        <source>Re&amp;do</source>
        <translation>&amp;Wiederholen</translation>
    </message>
    <message>
        <source>Do it again</source>
        <translation>Den Schritt wiederholen</translation>
    </message>
    <message>
        <source>&amp;Retouch Output</source>
        <translation>Ergebnis re&amp;tuschieren</translation>
    </message>
    <message>
        <source>Paint from the source frames into a copy of it</source>
        <translation>Aus den Aufnahmen in eine Kopie malen</translation>
    </message>
    <message>
        <source>&amp;Smaller Brush</source>
        <translation>&amp;Kleinerer Pinsel</translation>
    </message>
    <message>
        <source>&amp;Larger Brush</source>
        <translation>G&amp;rößerer Pinsel</translation>
    </message>
    <message>
        <source>So&amp;fter Brush</source>
        <translation>&amp;Weicherer Pinsel</translation>
    </message>
    <message>
        <source>&amp;Harder Brush</source>
        <translation>&amp;Härterer Pinsel</translation>
    </message>
    <message>
        <source>R&amp;estore the Render</source>
        <translation>&amp;Ursprung wiederherstellen</translation>
    </message>
    <message>
        <source>The brush paints back what was there before</source>
        <translation>Der Pinsel malt zurück, was vorher da war</translation>
    </message>
    <message>
        <source>Retouch &amp;Done</source>
        <translation>Retusche &amp;abschließen</translation>
    </message>
    <message>
        <source>Keep the retouched picture as a new output</source>
        <translation>Das retuschierte Bild als neues Ergebnis behalten</translation>
    </message>
    <message>
        <source>&amp;Cancel Retouch</source>
        <translation>Retusche &amp;verwerfen</translation>
    </message>
    <message>
        <source>Throw the strokes away (Esc)</source>
        <translation>Die Pinselstriche verwerfen (Esc)</translation>
    </message>
    <message>
        <source>&amp;Wipe</source>
        <translation>&amp;Trennlinie</translation>
    </message>
    <message>
        <source>Drag a line between what is shown and what it is compared with</source>
        <translation>Eine Linie zwischen dem gezeigten und dem verglichenen Bild verschieben</translation>
    </message>
    <message>
        <source>&amp;Side by Side</source>
        <translation>&amp;Nebeneinander</translation>
    </message>
    <message>
        <source>Two pictures with the same zoom and place</source>
        <translation>Zwei Bilder mit demselben Zoom und Ausschnitt</translation>
    </message>
    <message>
        <source>&amp;Blink</source>
        <translation>&amp;Blinken</translation>
    </message>
    <message>
        <source>The two in turn</source>
        <translation>Beide im Wechsel</translation>
    </message>
    <message>
        <source>&amp;Fit</source>
        <translation>&amp;Einpassen</translation>
    </message>
    <message>
        <source>Show the whole picture</source>
        <translation>Das ganze Bild zeigen</translation>
    </message>
    <message>
        <source>One picture pixel per screen pixel</source>
        <translation>Ein Bildpixel je Bildschirmpixel</translation>
    </message>
    <message>
        <source>&amp;Loupe</source>
        <translation>&amp;Lupe</translation>
    </message>
    <message>
        <source>Magnify what is under the pointer</source>
        <translation>Vergrößern, was unter dem Mauszeiger liegt</translation>
    </message>
    <message>
        <source>Frame &amp;Before</source>
        <translation>&amp;Vorige Aufnahme</translation>
    </message>
    <message>
        <source>Show the frame before this one</source>
        <translation>Die Aufnahme vor dieser zeigen</translation>
    </message>
    <message>
        <source>&amp;Next Frame</source>
        <translation>&amp;Nächste Aufnahme</translation>
    </message>
    <message>
        <source>Show the frame after this one</source>
        <translation>Die Aufnahme nach dieser zeigen</translation>
    </message>
    <message>
        <source>Shar&amp;pest Frame</source>
        <translation>&amp;Schärfste Aufnahme</translation>
    </message>
    <message>
        <source>Show the frame that is sharpest at the point</source>
        <translation>Die Aufnahme zeigen, die am Punkt am schärfsten ist</translation>
    </message>
    <message>
        <source>The 3D view is inside out: take its far end for near</source>
        <translation>Die 3D-Ansicht ist umgestülpt: ihr fernes Ende für das nahe nehmen</translation>
    </message>
    <message>
        <source>S&amp;wap Near and Far</source>
        <translation>Nah &amp;und fern vertauschen</translation>
    </message>
    <message>
        <source>F&amp;ull Screen</source>
        <translation>V&amp;ollbild</translation>
    </message>
    <message>
        <source>Quick &amp;Guide</source>
        <translation>&amp;Kurzanleitung</translation>
    </message>
    <message>
        <source>The steps from frames to a picture</source>
        <translation>Die Schritte von den Aufnahmen zum Bild</translation>
    </message>
    <message>
        <source>&amp;Shortcuts</source>
        <translation>&amp;Tastenkürzel</translation>
    </message>
    <message>
        <source>Every key</source>
        <translation>Alle Tasten</translation>
    </message>
    <message>
        <source>&amp;About</source>
        <translation>&amp;Über</translation>
    </message>
    <message>
        <source>&amp;Compare</source>
        <translation>Ver&amp;gleichen</translation>
    </message>
    <message>
        <source>&amp;Overlay</source>
        <translation>Ein&amp;blendung</translation>
    </message>
    <message>
        <source>&amp;Recent Projects</source>
        <translation>&amp;Zuletzt geöffnete Projekte</translation>
    </message>
    <message>
        <source>&amp;File</source>
        <translation>&amp;Datei</translation>
    </message>
    <message>
        <source>&amp;Edit</source>
        <translation>&amp;Bearbeiten</translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation>&amp;Ansicht</translation>
    </message>
    <message>
        <source>&amp;Retouch</source>
        <translation>&amp;Retusche</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>&amp;Hilfe</translation>
    </message>
    <message>
        <source>Off</source>
        <translation>Aus</translation>
    </message>
    <message>
        <source>Where Pixels Come From</source>
        <translation>Herkunft der Pixel</translation>
    </message>
    <message>
        <source>Depth</source>
        <comment>of the scene</comment>
        <translation>Tiefe</translation>
    </message>
    <message>
        <source>Warnings</source>
        <translation>Warnungen</translation>
    </message>
    <message>
        <source>Focus Peaking</source>
        <translation>Fokus-Peaking</translation>
    </message>
    <message>
        <source>3D</source>
        <translation>3D</translation>
    </message>
    <message>
        <source>Colour: the frame, from blue (first) to red (last). Pink: filled in.</source>
        <translation>Farbe: die Aufnahme, von Blau (erste) bis Rot (letzte). Rosa: ergänzt.</translation>
    </message>
    <message>
        <source>Black: sharp in the first frame. White: in the last. Guessed where nothing tells it.</source>
        <translation>Schwarz: scharf auf der ersten Aufnahme. Weiß: auf der letzten. Wo nichts es verrät, geschätzt.</translation>
    </message>
    <message>
        <source>Red: burnt out. Yellow: no frame is clearly the sharpest. Pink: filled in.</source>
        <translation>Rot: ausgebrannt. Gelb: keine Aufnahme ist klar die schärfste. Rosa: ergänzt.</translation>
    </message>
    <message>
        <source>Orange: sharp in this frame.</source>
        <translation>Orange: scharf auf dieser Aufnahme.</translation>
    </message>
    <message>
        <source>Move the pointer to look from the side. Inside out? View, Swap Near and Far.</source>
        <translation>Den Zeiger bewegen, um von der Seite zu schauen. Umgestülpt? Ansicht, Nah und fern vertauschen.</translation>
    </message>
    <message>
        <source>Look at the output from the side, by its depth</source>
        <translation>Das Ergebnis anhand seiner Tiefe von der Seite ansehen</translation>
    </message>
    <message>
        <source>Preparing the view</source>
        <translation>Ansicht vorbereiten</translation>
    </message>
    <message>
        <source>Skipped.</source>
        <translation>Übersprungen.</translation>
    </message>
    <message>
        <source>Failed.</source>
        <translation>Fehlgeschlagen.</translation>
    </message>
    <message>
        <source>Done in {time}</source>
        <translation>Fertig in {time}</translation>
    </message>
    <message>
        <source>{done} done, {skipped} skipped, {failed} failed</source>
        <translation>{done} erledigt, {skipped} übersprungen, {failed} fehlgeschlagen</translation>
    </message>
    <message>
        <source>Stopped</source>
        <translation>Abgebrochen</translation>
    </message>
    <message>
        <source>Finished</source>
        <translation>Fertig</translation>
    </message>
    <message numerus="yes">
        <source>and %n more</source>
        <translation>
            <numerusform>und %n weiterer</numerusform>
            <numerusform>und %n weitere</numerusform>
        </translation>
    </message>
    <message>
        <source>Start goes on with what is missing.</source>
        <translation>„Starten“ macht mit dem weiter, was fehlt.</translation>
    </message>
    <message numerus="yes">
        <source>%n file(s) left out.</source>
        <translation>
            <numerusform>%n Datei weggelassen.</numerusform>
            <numerusform>%n Dateien weggelassen.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>The stack has the other %n frame(s).</source>
        <translation>
            <numerusform>Der Stack enthält die andere Aufnahme.</numerusform>
            <numerusform>Der Stack enthält die anderen %n Aufnahmen.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>These frames look like %n stack(s).</source>
        <translation>
            <numerusform>Diese Aufnahmen sehen nach %n Stack aus.</numerusform>
            <numerusform>Diese Aufnahmen sehen nach %n Stacks aus.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n frame(s) removed from the list; nothing changed on disk</source>
        <translation>
            <numerusform>%n Aufnahme aus der Liste entfernt; auf dem Datenträger ist nichts geändert</numerusform>
            <numerusform>%n Aufnahmen aus der Liste entfernt; auf dem Datenträger ist nichts geändert</numerusform>
        </translation>
    </message>
    <message>
        <source>Output {number}</source>
        <translation>Ergebnis {number}</translation>
    </message>
    <message>
        <source>Source {number}</source>
        <translation>Aufnahme {number}</translation>
    </message>
    <message>
        <source>Temporary files need room there: make some, choose another folder for them, or let the program use more memory.</source>
        <translation>Temporäre Dateien brauchen dort Platz: Schaffen Sie welchen, wählen Sie einen anderen Ordner für sie oder lassen Sie das Programm mehr Speicher verwenden.</translation>
    </message>
    <message>
        <source>Measuring defocus</source>
        <translation>Unschärfe wird gemessen</translation>
    </message>
    <message>
        <source>{file} cannot be read: it is no RAW file, or of a camera or compression that is not known.</source>
        <translation>{file} lässt sich nicht lesen: Es ist keine RAW-Datei, oder Kamera oder Kompression sind nicht bekannt.</translation>
    </message>
    <message>
        <source>Convert the frames to uncompressed DNG, or to TIFF.</source>
        <translation>Wandeln Sie die Aufnahmen in unkomprimierte DNG oder in TIFF um.</translation>
    </message>
    <message>
        <source>The colour profile of the frames cannot be used ({error}).</source>
        <translation>Das Farbprofil der Aufnahmen kann nicht verwendet werden ({error}).</translation>
    </message>
    <message>
        <source>Export TIFF or PNG in the colour space of the frames.</source>
        <translation>Exportieren Sie TIFF oder PNG im Farbraum der Aufnahmen.</translation>
    </message>
    <message numerus="yes">
        <source>Add %n Stack(s)</source>
        <translation>
            <numerusform>Hinzufügen von %n Stack</numerusform>
            <numerusform>Hinzufügen von %n Stacks</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Remove %n Stack(s)</source>
        <translation>
            <numerusform>Entfernen von %n Stack</numerusform>
            <numerusform>Entfernen von %n Stacks</numerusform>
        </translation>
    </message>
    <message>
        <source>Rename Stack</source>
        <translation>Umbenennen eines Stacks</translation>
    </message>
    <message>
        <source>Split Stack</source>
        <translation>Teilen eines Stacks</translation>
    </message>
    <message>
        <source>Merge Stacks</source>
        <translation>Zusammenfassen von Stacks</translation>
    </message>
    <message>
        <source>Move Frames</source>
        <translation>Verschieben von Aufnahmen</translation>
    </message>
    <message numerus="yes">
        <source>Include %n Stack(s)</source>
        <translation>
            <numerusform>Verwenden von %n Stack</numerusform>
            <numerusform>Verwenden von %n Stacks</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Leave Out %n Stack(s)</source>
        <translation>
            <numerusform>Weglassen von %n Stack</numerusform>
            <numerusform>Weglassen von %n Stacks</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Change %n Stack(s)</source>
        <translation>
            <numerusform>Ändern von %n Stack</numerusform>
            <numerusform>Ändern von %n Stacks</numerusform>
        </translation>
    </message>
    <message>
        <source>Include</source>
        <translation>Verwenden</translation>
    </message>
    <message>
        <source>Leave Out</source>
        <translation>Weglassen</translation>
    </message>
    <message>
        <source>Leave Out All Others</source>
        <translation>Alle anderen weglassen</translation>
    </message>
    <message>
        <source>Use as Reference</source>
        <translation>Als Referenz verwenden</translation>
    </message>
    <message>
        <source>Show Its Folder</source>
        <translation>Ordner anzeigen</translation>
    </message>
    <message>
        <source>Show Their Folder</source>
        <translation>Ordner anzeigen</translation>
    </message>
    <message>
        <source>One slab would be the whole stack of {frames}: choose fewer.</source>
        <translation>Ein einziger Teilstack enthielte schon alle {frames}: Wählen Sie weniger.</translation>
    </message>
    <message>
        <source>{slabs} of {frames}; the last has {last}</source>
        <translation>{slabs} mit {frames}; der letzte hat {last}</translation>
    </message>
    <message>
        <source>{slabs} of {frames}</source>
        <translation>{slabs} mit {frames}</translation>
    </message>
    <message>
        <source>{made}. They take {memory} of memory until they are removed.</source>
        <translation>{made}. Sie belegen {memory} Speicher, bis sie entfernt werden.</translation>
    </message>
    <message numerus="yes">
        <source>%n frame(s) added</source>
        <translation>
            <numerusform>%n Aufnahme hinzugefügt</numerusform>
            <numerusform>%n Aufnahmen hinzugefügt</numerusform>
        </translation>
    </message>
    <message>
        <source>Rename</source>
        <translation>Umbenennen</translation>
    </message>
    <message>
        <source>Merge</source>
        <translation>Zusammenfassen</translation>
    </message>
    <message>
        <source>Split Here</source>
        <translation>Hier teilen</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>Entfernen</translation>
    </message>
    <message>
        <source>Export the Depth Map of {name}</source>
        <translation>Tiefenkarte von {name} exportieren</translation>
    </message>
    <message>
        <source>Export the Provenance Map of {name}</source>
        <translation>Herkunftskarte von {name} exportieren</translation>
    </message>
    <message>
        <source>The depth map of {name} is saved as {file}.</source>
        <translation>Die Tiefenkarte von {name} ist als {file} gespeichert.</translation>
    </message>
    <message>
        <source>The provenance map of {name} is saved as {file}.</source>
        <translation>Die Herkunftskarte von {name} ist als {file} gespeichert.</translation>
    </message>
    <message numerus="yes">
        <source>%n output(s) are saved.</source>
        <translation>
            <numerusform>%n Ergebnis ist gespeichert.</numerusform>
            <numerusform>%n Ergebnisse sind gespeichert.</numerusform>
        </translation>
    </message>
    <message>
        <source>Stopped: no output was saved.</source>
        <translation>Abgebrochen: Kein Ergebnis wurde gespeichert.</translation>
    </message>
    <message>
        <source>Stopped: {done} of {count} outputs are saved.</source>
        <translation>Abgebrochen: {done} von {count} Ergebnissen sind gespeichert.</translation>
    </message>
    <message>
        <source>{names} and {count} more</source>
        <translation>{names} und noch {count}</translation>
    </message>
    <message>
        <source>Of {count} outputs these could not be saved: {names}.</source>
        <translation>Von {count} Ergebnissen konnten diese nicht gespeichert werden: {names}.</translation>
    </message>
    <message>
        <source>The reference: the other frames are fitted to it</source>
        <translation>Die Referenz: Die anderen Aufnahmen werden ihr angepasst</translation>
    </message>
    <message>
        <source>Fusing frames</source>
        <translation>Aufnahmen werden verrechnet</translation>
    </message>
    <message>
        <source>Side by side, parallel</source>
        <translation>Nebeneinander, Parallelblick</translation>
    </message>
    <message>
        <source>Side by side, cross-eyed</source>
        <translation>Nebeneinander, Kreuzblick</translation>
    </message>
    <message>
        <source>Red-cyan anaglyph</source>
        <translation>Anaglyphe, Rot-Cyan</translation>
    </message>
    <message>
        <source>Rocking animation</source>
        <translation>Wippende Animation</translation>
    </message>
    <message>
        <source>Both views in one picture, that of the left eye on the left: for a stereoscope, or eyes that look straight on.</source>
        <translation>Beide Ansichten in einem Bild, die des linken Auges links: für ein Stereoskop oder Augen, die geradeaus schauen.</translation>
    </message>
    <message>
        <source>Both views in one picture, that of the left eye on the right: cross your eyes until a third picture is in the middle.</source>
        <translation>Beide Ansichten in einem Bild, die des linken Auges rechts: so schielen, dass in der Mitte ein drittes Bild erscheint.</translation>
    </message>
    <message>
        <source>One picture for red-cyan glasses, the red one on the left eye.</source>
        <translation>Ein Bild für Rot-Cyan-Brillen, das rote Glas vor dem linken Auge.</translation>
    </message>
    <message>
        <source>A small animation (WebP) that rocks to and fro; no glasses needed.</source>
        <translation>Eine kleine Animation (WebP), die hin und her wippt; ganz ohne Brille.</translation>
    </message>
    <message>
        <source>{file} holds values above 1, which is white, nearly everywhere.</source>
        <translation>{file} enthält fast überall Werte über 1; 1 ist Weiß.</translation>
    </message>
    <message>
        <source>Save it with 16 bits, or divide its values by that of white.</source>
        <translation>Speichern Sie die Datei mit 16 Bit oder teilen Sie ihre Werte durch den von Weiß.</translation>
    </message>
    <message>
        <source>Waiting for the preview</source>
        <translation>Wartet auf die Vorschau</translation>
    </message>
    <message>
        <source>{folder} cannot be reached; waiting for it</source>
        <translation>{folder} ist nicht erreichbar; es wird darauf gewartet</translation>
    </message>
    <message>
        <source>{stack}: {count} frames; begins in {seconds} s if nothing else comes</source>
        <translation>{stack}: {count} Aufnahmen; beginnt in {seconds} s, wenn nichts mehr kommt</translation>
    </message>
    <message>
        <source>Pictures are coming in</source>
        <translation>Bilder kommen an</translation>
    </message>
    <message>
        <source>Waiting for new stacks</source>
        <translation>Wartet auf neue Stacks</translation>
    </message>
    <message>
        <source>1 frame came after {stack} had been fused: it is fused once more, with it.</source>
        <translation>1 Aufnahme kam, nachdem {stack} schon verrechnet war: Der Stack wird mit ihr noch einmal verrechnet.</translation>
    </message>
    <message>
        <source>{count} frames came after {stack} had been fused: it is fused once more, with them.</source>
        <translation>{count} Aufnahmen kamen, nachdem {stack} schon verrechnet war: Der Stack wird mit ihnen noch einmal verrechnet.</translation>
    </message>
    <message>
        <source>There is too little room in {folder}; waiting for more</source>
        <translation>In {folder} ist zu wenig Platz; es wird auf mehr gewartet</translation>
    </message>
    <message>
        <source>There is too little room in {folder}: {free} MB are free, and the results may take {needed} MB.</source>
        <translation>In {folder} ist zu wenig Platz: {free} MB sind frei, und die Ergebnisse brauchen bis zu {needed} MB.</translation>
    </message>
    <message>
        <source>There is too little room in {folder}: {free} MB are free.</source>
        <translation>In {folder} ist zu wenig Platz: {free} MB sind frei.</translation>
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
    <message>
        <source>For a report about a fault</source>
        <translation>Für die Meldung eines Fehlers</translation>
    </message>
</context>
<context>
    <name>Banner</name>
    <message>
        <source>Details…</source>
        <translation>Details …</translation>
    </message>
    <message>
        <source>The report of the fault, to copy</source>
        <translation>Der Fehlerbericht, zum Kopieren</translation>
    </message>
    <message>
        <source>Close this message</source>
        <translation>Diese Meldung schließen</translation>
    </message>
</context>
<context>
    <name>BatchForm</name>
    <message>
        <source>Folder of the pictures</source>
        <translation>Ordner der Bilder</translation>
    </message>
    <message>
        <source>Choose where the pictures go</source>
        <translation>Wohin die Bilder kommen</translation>
    </message>
    <message>
        <source>Where the pictures go; the folder is made if need be</source>
        <translation>Wohin die Bilder kommen; der Ordner wird bei Bedarf angelegt</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>Name</translation>
    </message>
    <message>
        <source>How the pictures are called</source>
        <translation>Wie die Bilder heißen</translation>
    </message>
    <message>
        <source>Format</source>
        <translation>Format</translation>
    </message>
    <message>
        <source>How the pictures are written</source>
        <translation>Wie die Bilder geschrieben werden</translation>
    </message>
    <message>
        <source>Preferences…</source>
        <translation>Einstellungen …</translation>
    </message>
    <message>
        <source>How the frames are fused, and how files are written</source>
        <translation>Wie Aufnahmen verrechnet und Dateien geschrieben werden</translation>
    </message>
    <message>
        <source>Watch for new stacks</source>
        <translation>Auf neue Stacks warten</translation>
    </message>
    <message>
        <source>Go on looking at the folders, and fuse stacks as they come: while you shoot tethered, or while a card is copied</source>
        <translation>Die Ordner im Auge behalten und Stacks verrechnen, sobald sie da sind: während mit angeschlossener Kamera fotografiert oder eine Karte kopiert wird</translation>
    </message>
    <message>
        <source> s</source>
        <translation> s</translation>
    </message>
    <message>
        <source>Wait</source>
        <translation>Wartezeit</translation>
    </message>
    <message>
        <source>A stack is complete when nothing came for</source>
        <translation>Ein Stack ist vollständig, wenn nichts mehr kam seit</translation>
    </message>
    <message>
        <source>Save to</source>
        <translation>Speichern in</translation>
    </message>
    <message>
        <source>For example {file}.</source>
        <translation>Zum Beispiel {file}.</translation>
    </message>
    <message>
        <source>Words in braces: {stack}, {first}, {last}, {frames}, {date}, {method}, {mode}.</source>
        <translation>Wörter in Klammern: {stack}, {first}, {last}, {frames}, {date}, {method}, {mode}.</translation>
    </message>
    <message>
        <source>{format}; fused with {method}</source>
        <translation>{format}; verrechnet mit {method}</translation>
    </message>
</context>
<context>
    <name>BatchFrame</name>
    <message>
        <source>Batch</source>
        <translation>Stapelverarbeitung</translation>
    </message>
    <message>
        <source>Add Folder…</source>
        <translation>Ordner hinzufügen …</translation>
    </message>
    <message>
        <source>A folder of stacks, or one with many frames</source>
        <translation>Ein Ordner mit Stacks oder einer mit vielen Aufnahmen</translation>
    </message>
    <message>
        <source>Merge</source>
        <translation>Zusammenfassen</translation>
    </message>
    <message>
        <source>Make one stack of the selected ones</source>
        <translation>Aus den gewählten einen Stack machen</translation>
    </message>
    <message>
        <source>Split Here</source>
        <translation>Hier teilen</translation>
    </message>
    <message>
        <source>Begin a new stack with the selected frame: open a stack with its arrow</source>
        <translation>Mit der gewählten Aufnahme einen neuen Stack beginnen: Der Pfeil klappt einen Stack auf</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>Entfernen</translation>
    </message>
    <message>
        <source>Take the selected stacks out; files stay</source>
        <translation>Die gewählten Stacks herausnehmen; die Dateien bleiben</translation>
    </message>
    <message>
        <source>Progress of the batch</source>
        <translation>Fortschritt der Stapelverarbeitung</translation>
    </message>
    <message>
        <source>Open Folder</source>
        <translation>Ordner öffnen</translation>
    </message>
    <message>
        <source>Show the pictures in the file manager</source>
        <translation>Die Bilder im Dateimanager zeigen</translation>
    </message>
    <message>
        <source>Copy Report</source>
        <translation>Bericht kopieren</translation>
    </message>
    <message>
        <source>All stacks and how they ended, as text</source>
        <translation>Alle Stacks und was aus ihnen wurde, als Text</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>Pause</translation>
    </message>
    <message>
        <source>Finish the stack that runs and wait</source>
        <translation>Den laufenden Stack beenden und dann warten</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Stop now; finished pictures stay</source>
        <translation>Jetzt abbrechen; fertige Bilder bleiben erhalten</translation>
    </message>
    <message>
        <source>Start</source>
        <translation>Starten</translation>
    </message>
    <message>
        <source>Make a picture of every stack that is checked</source>
        <translation>Aus jedem angekreuzten Stack ein Bild machen</translation>
    </message>
</context>
<context>
    <name>BatchWindow</name>
    <message>
        <source>Pause</source>
        <translation>Pause</translation>
    </message>
    <message>
        <source>Starting</source>
        <translation>Beginnt</translation>
    </message>
    <message>
        <source>Folders can be added once the batch is over.</source>
        <translation>Ordner lassen sich hinzufügen, sobald die Stapelverarbeitung beendet ist.</translation>
    </message>
    <message>
        <source>Reading frame headers…</source>
        <translation>Aufnahmedaten werden gelesen …</translation>
    </message>
    <message>
        <source>{count} more folders are left out.</source>
        <translation>{count} weitere Ordner bleiben unberücksichtigt.</translation>
    </message>
    <message>
        <source>Add a Folder of Stacks</source>
        <translation>Ordner mit Stacks hinzufügen</translation>
    </message>
    <message>
        <source>Looking at the folders</source>
        <translation>Die Ordner werden durchgesehen</translation>
    </message>
    <message>
        <source>about {time} left</source>
        <translation>noch etwa {time}</translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>Fortsetzen</translation>
    </message>
    <message>
        <source>Waiting</source>
        <translation>Wartet</translation>
    </message>
    <message>
        <source>Waits after this stack.</source>
        <translation>Wartet nach diesem Stack.</translation>
    </message>
    <message>
        <source>Stack {number} of {count}: {name}</source>
        <translation>Stack {number} von {count}: {name}</translation>
    </message>
    <message>
        <source>Paused. Resume goes on with the next stack.</source>
        <translation>Angehalten. „Fortsetzen“ macht mit dem nächsten Stack weiter.</translation>
    </message>
    <message>
        <source>Start goes on with what is missing.</source>
        <translation>„Starten“ macht mit dem weiter, was fehlt.</translation>
    </message>
    <message>
        <source>Not started</source>
        <translation>Nicht begonnen</translation>
    </message>
    <message>
        <source>Batch: {news}</source>
        <translation>Stapelverarbeitung: {news}</translation>
    </message>
</context>
<context>
    <name>ChoiceEditor</name>
    <message>
        <source>{name} (not available here)</source>
        <translation>{name} (hier nicht verfügbar)</translation>
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
    <name>ExportAllDialog</name>
    <message>
        <source>Export All Outputs</source>
        <translation>Alle Ergebnisse exportieren</translation>
    </message>
    <message>
        <source>Only those that are not exported yet</source>
        <translation>Nur die noch nicht exportierten</translation>
    </message>
    <message>
        <source>Else all are written, some of them once more</source>
        <translation>Sonst werden alle geschrieben, einige davon noch einmal</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>Ordner</translation>
    </message>
    <message>
        <source>Choose where the files go</source>
        <translation>Ort der Dateien wählen</translation>
    </message>
    <message>
        <source>Where the files go; the folder is made if need be</source>
        <translation>Wohin die Dateien kommen; der Ordner wird bei Bedarf angelegt</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>Exportieren</translation>
    </message>
    <message>
        <source>Each output becomes a file, named as the preferences say; slabs have their number, too. No file is replaced: a name that exists gets a number.</source>
        <translation>Jedes Ergebnis wird eine Datei, benannt wie in den Einstellungen; Teilstacks tragen auch ihre Nummer. Keine Datei wird ersetzt: Ein Name, den es gibt, bekommt eine Nummer.</translation>
    </message>
    <message>
        <source>All are exported already, and written once more.</source>
        <translation>Alle sind schon exportiert und werden noch einmal geschrieben.</translation>
    </message>
</context>
<context>
    <name>ExportWindow</name>
    <message>
        <source>Progress of the export</source>
        <translation>Fortschritt des Exports</translation>
    </message>
    <message>
        <source>Stop the Export</source>
        <translation>Export abbrechen</translation>
    </message>
    <message>
        <source>Keep what is written, and write no more (Esc)</source>
        <translation>Behält, was geschrieben ist, und schreibt nichts weiter (Esc)</translation>
    </message>
    <message>
        <source>Save the selected output to a file (Ctrl+E): {format}</source>
        <translation>Das gewählte Ergebnis in eine Datei speichern (Strg+E): {format}</translation>
    </message>
    <message>
        <source>Save how deep each pixel of the selected output lies</source>
        <translation>Speichern, wie tief jedes Pixel des gewählten Ergebnisses liegt</translation>
    </message>
    <message>
        <source>Save where each pixel of the selected output comes from</source>
        <translation>Speichern, woher jedes Pixel des gewählten Ergebnisses kommt</translation>
    </message>
    <message>
        <source>Save a view for both eyes, or one that rocks, made by the depth</source>
        <translation>Eine Ansicht für beide Augen oder eine wippende speichern, anhand der Tiefe berechnet</translation>
    </message>
    <message>
        <source>Save every output of this session into one folder</source>
        <translation>Jedes Ergebnis dieser Sitzung in einem Ordner speichern</translation>
    </message>
    <message>
        <source>There is no output yet: press Render</source>
        <translation>Es gibt noch kein Ergebnis: Rendern drücken</translation>
    </message>
    <message>
        <source>Finish the retouch first</source>
        <translation>Erst die Retusche abschließen</translation>
    </message>
    <message>
        <source>An output of a single frame has no maps</source>
        <translation>Ein Ergebnis aus einer einzigen Aufnahme hat keine Karten</translation>
    </message>
    <message>
        <source>It is being written</source>
        <translation>Wird gerade geschrieben</translation>
    </message>
    <message>
        <source>They are being written</source>
        <translation>Werden gerade geschrieben</translation>
    </message>
    <message>
        <source>Show Its Folder</source>
        <translation>Ordner anzeigen</translation>
    </message>
</context>
<context>
    <name>Exporter</name>
    <message>
        <source>Export {name}</source>
        <translation>{name} exportieren</translation>
    </message>
    <message>
        <source>{name} is saved as {file}.</source>
        <translation>{name} ist als {file} gespeichert.</translation>
    </message>
    <message>
        <source>Export a Stereo View of {name}</source>
        <translation>Stereobild von {name} exportieren</translation>
    </message>
    <message>
        <source>The stereo view of {name} is saved as {file}.</source>
        <translation>Das Stereobild von {name} ist als {file} gespeichert.</translation>
    </message>
    <message>
        <source>Exporting {name} to {folder}… ({number} of {count})</source>
        <translation>{name} wird nach {folder} exportiert … ({number} von {count})</translation>
    </message>
    <message>
        <source>Choose another name or folder.</source>
        <translation>Wählen Sie einen anderen Namen oder Ordner.</translation>
    </message>
    <message>
        <source>{file} is one of the source frames.</source>
        <translation>{file} ist eine der Aufnahmen des Stacks.</translation>
    </message>
    <message>
        <source>Stopped: {file} was not saved.</source>
        <translation>Abgebrochen: {file} wurde nicht gespeichert.</translation>
    </message>
    <message>
        <source>Exporting {name} to {file}…</source>
        <translation>{name} wird nach {file} exportiert …</translation>
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
    <name>FrameAdder</name>
    <message>
        <source>Drop to add to this stack</source>
        <translation>Loslassen, um sie diesem Stack hinzuzufügen</translation>
    </message>
    <message>
        <source>These frames are in the stack already</source>
        <translation>Diese Aufnahmen sind schon im Stack</translation>
    </message>
</context>
<context>
    <name>FramesModel</name>
    <message>
        <source>Frame {number}, {file}, included</source>
        <translation>Aufnahme {number}, {file}, verwendet</translation>
    </message>
    <message>
        <source>Frame {number}, {file}, left out</source>
        <translation>Aufnahme {number}, {file}, weggelassen</translation>
    </message>
    <message>
        <source>Frame {number}, {file}, included, the reference</source>
        <translation>Aufnahme {number}, {file}, verwendet, die Referenz</translation>
    </message>
</context>
<context>
    <name>GuideDialog</name>
    <message>
        <source>Quick Guide</source>
        <translation>Kurzanleitung</translation>
    </message>
    <message>
        <source>en</source>
        <comment>folder of the pictures of the guide</comment>
        <translation>de</translation>
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
        <source>Some preferences could not be used.</source>
        <translation>Einige Einstellungen waren nicht verwendbar.</translation>
    </message>
    <message>
        <source>This picture is being made already</source>
        <translation>Dieses Bild wird schon gerendert</translation>
    </message>
    <message>
        <source>{name} is finished, after {time}</source>
        <translation>{name} ist nach {time} fertig</translation>
    </message>
    <message>
        <source>{name} of {stack} is finished.</source>
        <translation>{name} von {stack} ist fertig.</translation>
    </message>
    <message>
        <source>Show It</source>
        <translation>Anzeigen</translation>
    </message>
    <message>
        <source>{name}: {frames} in {time} on {device}</source>
        <translation>{name}: {frames} in {time} auf {device}</translation>
    </message>
    <message>
        <source>{name} is still being written</source>
        <translation>{name} wird noch geschrieben</translation>
    </message>
    <message>
        <source>{name} removed; Undo brings it back</source>
        <translation>{name} entfernt; „Rückgängig“ holt es zurück</translation>
    </message>
    <message>
        <source>{name}: retouched</source>
        <translation>{name}: retuschiert</translation>
    </message>
    <message>
        <source>Finishing the export before closing…</source>
        <translation>Der Export wird vor dem Schließen noch beendet …</translation>
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
        <source>Add Frames to the Stack</source>
        <translation>Dem Stack Aufnahmen hinzufügen</translation>
    </message>
    <message>
        <source>Pictures</source>
        <translation>Bilder</translation>
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
    <name>OutputList</name>
    <message>
        <source>Outputs</source>
        <translation>Ergebnisse</translation>
    </message>
    <message>
        <source>Every render of this session is kept here.</source>
        <translation>Hier bleibt jedes Ergebnis dieser Sitzung erhalten.</translation>
    </message>
    <message>
        <source>exported</source>
        <translation>exportiert</translation>
    </message>
    <message>
        <source>not exported</source>
        <translation>nicht exportiert</translation>
    </message>
    <message>
        <source>overlap {share}</source>
        <translation>Überlappung {share}</translation>
    </message>
    <message>
        <source>{file} (drag it into another program)</source>
        <translation>{file} (lässt sich in ein anderes Programm ziehen)</translation>
    </message>
    <message>
        <source>Not exported yet</source>
        <translation>Noch nicht exportiert</translation>
    </message>
    <message>
        <source>Export…</source>
        <translation>Exportieren …</translation>
    </message>
    <message>
        <source>Export Depth Map…</source>
        <translation>Tiefenkarte exportieren …</translation>
    </message>
    <message>
        <source>Export Provenance Map…</source>
        <translation>Herkunftskarte exportieren …</translation>
    </message>
    <message>
        <source>Export Stereo View…</source>
        <translation>Stereobild exportieren …</translation>
    </message>
    <message>
        <source>Retouch</source>
        <translation>Retuschieren</translation>
    </message>
    <message>
        <source>Open in Another Program</source>
        <translation>In anderem Programm öffnen</translation>
    </message>
    <message>
        <source>Show Its Folder</source>
        <translation>Ordner anzeigen</translation>
    </message>
    <message>
        <source>Remove {name}</source>
        <translation>{name} entfernen</translation>
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
    <message>
        <source>Pyramid has no modes and no tiles</source>
        <translation>Pyramide kennt weder Modi noch Kacheln</translation>
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
        <source>Resume</source>
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
    <message>
        <source>To send it, or to keep it</source>
        <translation>Zum Verschicken oder Aufheben</translation>
    </message>
</context>
<context>
    <name>RetouchPanel</name>
    <message>
        <source>Retouch</source>
        <translation>Retuschieren</translation>
    </message>
    <message>
        <source>Paint from the chosen source</source>
        <translation>Aus der gewählten Vorlage malen</translation>
    </message>
    <message>
        <source>Paint what the source has there</source>
        <translation>Malt, was die Vorlage an dieser Stelle hat</translation>
    </message>
    <message>
        <source>Restore the render</source>
        <translation>Ursprung wiederherstellen</translation>
    </message>
    <message>
        <source>Paint back what the output was before (X)</source>
        <translation>Zurückmalen, was das Ergebnis vorher war (X)</translation>
    </message>
    <message>
        <source>Chosen source</source>
        <translation>Gewählte Vorlage</translation>
    </message>
    <message>
        <source>Progress of reading the source</source>
        <translation>Fortschritt beim Lesen der Vorlage</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>Größe</translation>
    </message>
    <message>
        <source>Hardness</source>
        <translation>Härte</translation>
    </message>
    <message>
        <source>Opacity</source>
        <translation>Deckkraft</translation>
    </message>
    <message>
        <source>How much of the source a stroke brings in</source>
        <translation>Wie viel ein Pinselstrich von der Vorlage aufträgt</translation>
    </message>
    <message>
        <source>Smaller [, larger ]</source>
        <translation>Kleiner [, größer ]</translation>
    </message>
    <message>
        <source>Softer {, harder }</source>
        <translation>Weicher {, härter }</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>Fertig</translation>
    </message>
    <message>
        <source>Keep it as a new output (Ctrl+Return)</source>
        <translation>Als neues Ergebnis behalten (Strg+Return)</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Throw the strokes away (Esc)</source>
        <translation>Die Pinselstriche verwerfen (Esc)</translation>
    </message>
    <message>
        <source>Brush</source>
        <translation>Pinsel</translation>
    </message>
    <message>
        <source>Choose a frame or another output below or with ← →, and paint where it is better. Hold Tab to look at it. Space and drag moves the picture.</source>
        <translation>Wählen Sie unten oder mit ← → eine Aufnahme oder ein anderes Ergebnis und malen Sie dort, wo sie besser ist. Tab gehalten zeigt die Vorlage. Leertaste und Ziehen verschiebt das Bild.</translation>
    </message>
    <message>
        <source>Done makes a new output; the render stays.</source>
        <translation>„Fertig“ macht ein neues Ergebnis; das gerenderte bleibt.</translation>
    </message>
</context>
<context>
    <name>RetouchSession</name>
    <message>
        <source>Retouch {name}</source>
        <translation>{name} retuschieren</translation>
    </message>
    <message>
        <source>Retouch of {name}</source>
        <translation>Retusche von {name}</translation>
    </message>
    <message>
        <source>The source is still being read…</source>
        <translation>Die Vorlage wird noch gelesen …</translation>
    </message>
    <message>
        <source>Choose a source that can be read</source>
        <translation>Wählen Sie eine Vorlage, die sich lesen lässt</translation>
    </message>
    <message>
        <source>Nothing was painted, so there is no new output</source>
        <translation>Es wurde nichts gemalt, also gibt es kein neues Ergebnis</translation>
    </message>
</context>
<context>
    <name>Retoucher</name>
    <message>
        <source>Stroke</source>
        <translation>Pinselstrich</translation>
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
        <translation>Gelesen: {read} von {count}</translation>
    </message>
    <message>
        <source>No frame stands out</source>
        <translation>Keine sticht heraus</translation>
    </message>
    <message>
        <source>Sharpest: frame {number}</source>
        <translation>Schärfste: Aufnahme {number}</translation>
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
    <name>SlabsDialog</name>
    <message>
        <source>Render Slabs</source>
        <translation>Teilstacks rendern</translation>
    </message>
    <message>
        <source>Frames per slab</source>
        <translation>Aufnahmen je Teilstack</translation>
    </message>
    <message>
        <source>More take in more of the depth, and fewer outputs come</source>
        <translation>Mehr erfassen mehr von der Tiefe und ergeben weniger Ergebnisse</translation>
    </message>
    <message>
        <source>Overlap</source>
        <translation>Überlappung</translation>
    </message>
    <message>
        <source>How many of its frames the next slab has, too</source>
        <translation>Wie viele seiner Aufnahmen auch der nächste Teilstack enthält</translation>
    </message>
    <message>
        <source>Render</source>
        <translation>Rendern</translation>
    </message>
    <message>
        <source>Each slab, some frames that follow each other, becomes an output. They lie exactly on each other and on the render of all frames: paint a spot from the slab that has it right.</source>
        <translation>Jeder Teilstack (Slab), einige Aufnahmen hintereinander, wird ein Ergebnis. Sie liegen genau aufeinander und auf dem Ergebnis aus allen Aufnahmen: Malen Sie eine Stelle aus dem Teilstack, der sie richtig zeigt.</translation>
    </message>
    <message>
        <source>Slabs need the preview: it finds out how the frames lie.</source>
        <translation>Teilstacks brauchen die Vorschau: Sie findet heraus, wie die Aufnahmen liegen.</translation>
    </message>
</context>
<context>
    <name>StackTree</name>
    <message>
        <source>Stacks</source>
        <translation>Stacks</translation>
    </message>
    <message>
        <source>Stack</source>
        <translation>Stack</translation>
    </message>
    <message>
        <source>Frames</source>
        <translation>Aufnahmen</translation>
    </message>
    <message>
        <source>Taken</source>
        <translation>Aufgenommen</translation>
    </message>
    <message>
        <source>Picture</source>
        <translation>Bild</translation>
    </message>
    <message>
        <source>State</source>
        <translation>Stand</translation>
    </message>
    <message>
        <source>Drop a folder here: each of its sub-folders is a stack.
A folder with many frames is split where the times, the focus or the size say so.
Frames can be dragged from one stack to another.</source>
        <translation>Legen Sie hier einen Ordner ab: Jeder seiner Unterordner ist ein Stack.
Ein Ordner mit vielen Aufnahmen wird dort geteilt, wo Zeit, Fokus oder Größe es nahelegen.
Aufnahmen lassen sich von einem Stack in einen anderen ziehen.</translation>
    </message>
    <message>
        <source>One frame only</source>
        <translation>Nur eine Aufnahme</translation>
    </message>
</context>
<context>
    <name>StackWindow</name>
    <message>
        <source>Finish the retouch, then open the frames again</source>
        <translation>Schließen Sie die Retusche ab und öffnen Sie die Aufnahmen dann noch einmal</translation>
    </message>
    <message>
        <source>File, Batch (Ctrl+B) splits their folder and makes one picture of each.</source>
        <translation>Datei, Stapelverarbeitung (Strg+B) teilt ihren Ordner und macht aus jedem Stack ein Bild.</translation>
    </message>
    <message>
        <source>The reference, {file}, is missing; the first frame takes its place.</source>
        <translation>Die Referenz, {file}, fehlt; die erste Aufnahme tritt an ihre Stelle.</translation>
    </message>
    <message>
        <source>{file} is the reference now, instead of {other}</source>
        <translation>{file} ist jetzt die Referenz, anstelle von {other}</translation>
    </message>
    <message>
        <source>Leave It Out</source>
        <translation>Weglassen</translation>
    </message>
    <message>
        <source>Leave Them Out</source>
        <translation>Weglassen</translation>
    </message>
    <message>
        <source>Undone: {step}</source>
        <translation>Rückgängig gemacht: {step}</translation>
    </message>
    <message>
        <source>Done again: {step}</source>
        <translation>Wiederholt: {step}</translation>
    </message>
    <message>
        <source>&amp;Undo {step}</source>
        <translation>&amp;Rückgängig: {step}</translation>
    </message>
    <message>
        <source>&amp;Undo</source>
        <translation>&amp;Rückgängig</translation>
    </message>
    <message>
        <source>Re&amp;do {step}</source>
        <translation>&amp;Wiederholen: {step}</translation>
    </message>
    <message>
        <source>Re&amp;do</source>
        <translation>&amp;Wiederholen</translation>
    </message>
</context>
<context>
    <name>Stage</name>
    <message>
        <source>Preview</source>
        <translation>Vorschau</translation>
    </message>
    <message>
        <source>Rough preview</source>
        <translation>Grobe Vorschau</translation>
    </message>
    <message>
        <source>Working out the depth…</source>
        <translation>Die Tiefe wird ermittelt …</translation>
    </message>
    <message>
        <source>With {name}</source>
        <translation>Mit {name}</translation>
    </message>
</context>
<context>
    <name>StereoDialog</name>
    <message>
        <source>Export a Stereo View of {name}</source>
        <translation>Stereobild von {name} exportieren</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>Art</translation>
    </message>
    <message>
        <source>How it is looked at</source>
        <translation>Wie es betrachtet wird</translation>
    </message>
    <message>
        <source>First frame ({file})</source>
        <translation>Erste Aufnahme ({file})</translation>
    </message>
    <message>
        <source>Last frame ({file})</source>
        <translation>Letzte Aufnahme ({file})</translation>
    </message>
    <message>
        <source>Nearest</source>
        <translation>Vorn</translation>
    </message>
    <message>
        <source>Which frame is focused nearest: else what is near looks far away</source>
        <translation>Welche Aufnahme am nächsten fokussiert ist: sonst sieht Nahes fern aus</translation>
    </message>
    <message>
        <source>Parallax</source>
        <translation>Parallaxe</translation>
    </message>
    <message>
        <source> % of the width</source>
        <translation> % der Breite</translation>
    </message>
    <message>
        <source>How far near and far are moved against each other between the eyes: more looks deeper, strains the eyes and shows more of what had to be made up</source>
        <translation>Wie weit nah und fern zwischen den Augen gegeneinander verschoben sind: Mehr wirkt tiefer, strengt die Augen an und zeigt mehr von dem, was dazuerfunden werden musste</translation>
    </message>
    <message>
        <source>Export…</source>
        <translation>Exportieren …</translation>
    </message>
    <message>
        <source>Pixels are moved by the depth of the output. What comes to light behind an edge is made up from what lies beside it.</source>
        <translation>Die Pixel werden anhand der Tiefe des Ergebnisses verschoben. Was hinter einer Kante zum Vorschein kommt, wird aus dem ergänzt, was daneben liegt.</translation>
    </message>
</context>
<context>
    <name>Tilt</name>
    <message>
        <source>Picture from the side</source>
        <translation>Bild von der Seite</translation>
    </message>
</context>
<context>
    <name>UndoButtons</name>
    <message>
        <source>Undo</source>
        <translation>Rückgängig</translation>
    </message>
    <message>
        <source>Redo</source>
        <translation>Wiederholen</translation>
    </message>
    <message>
        <source>Undone: {step}</source>
        <translation>Rückgängig gemacht: {step}</translation>
    </message>
    <message>
        <source>Done again: {step}</source>
        <translation>Wiederholt: {step}</translation>
    </message>
    <message>
        <source>Undo: {step} (Ctrl+Z)</source>
        <translation>Rückgängig machen: {step} (Strg+Z)</translation>
    </message>
    <message>
        <source>Nothing to undo</source>
        <translation>Nichts rückgängig zu machen</translation>
    </message>
    <message>
        <source>Do again: {step} (Ctrl+Shift+Z)</source>
        <translation>Wiederholen: {step} (Strg+Umschalt+Z)</translation>
    </message>
    <message>
        <source>Nothing to redo</source>
        <translation>Nichts zu wiederholen</translation>
    </message>
</context>
<context>
    <name>ViewBar</name>
    <message>
        <source>Preview</source>
        <translation>Vorschau</translation>
    </message>
    <message>
        <source>The whole picture, fused quickly; what you zoom into follows at full quality</source>
        <translation>Das ganze Bild, schnell verrechnet; was Sie vergrößern, folgt in voller Qualität</translation>
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
        <source>Where the output comes from, its depth, a view in 3D, warnings; what is sharp in a frame</source>
        <translation>Woher das Ergebnis stammt, seine Tiefe, eine 3D-Ansicht, Warnungen; was in einer Aufnahme scharf ist</translation>
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
<context>
    <name>Viewer</name>
    <message>
        <source>Picture</source>
        <translation>Bild</translation>
    </message>
    <message>
        <source>Wheel zooms, drag moves, double-click changes between fit and 100 percent</source>
        <translation>Das Mausrad zoomt, Ziehen verschiebt, ein Doppelklick wechselt zwischen Einpassen und 100 Prozent</translation>
    </message>
</context>
<context>
    <name>WindowFrame</name>
    <message>
        <source>Frames, size, memory and device</source>
        <translation>Aufnahmen, Größe, Speicher und Gerät</translation>
    </message>
    <message>
        <source>Pixel under the pointer</source>
        <translation>Pixel unter dem Mauszeiger</translation>
    </message>
    <message>
        <source>Fuse the included frames at full size (Ctrl+R)</source>
        <translation>Die verwendeten Aufnahmen in voller Größe verrechnen (Strg+R)</translation>
    </message>
    <message>
        <source>Include at least one frame</source>
        <translation>Verwenden Sie mindestens eine Aufnahme</translation>
    </message>
    <message>
        <source>Open frames first</source>
        <translation>Öffnen Sie zuerst Aufnahmen</translation>
    </message>
    <message>
        <source>Something went wrong inside the program.</source>
        <translation>Im Programm ist etwas schiefgegangen.</translation>
    </message>
    <message>
        <source>Your files are unchanged.</source>
        <translation>Ihre Dateien sind unverändert.</translation>
    </message>
    <message>
        <source>There are {count} more warnings.</source>
        <translation>Es gibt {count} weitere Warnungen.</translation>
    </message>
    <message>
        <source>Drop to open as a new stack, or on the frames below to add to this one; outputs are kept</source>
        <translation>Loslassen öffnet einen neuen Stack, auf den Aufnahmen unten ergänzt es diesen; Ergebnisse bleiben erhalten</translation>
    </message>
    <message>
        <source>Finish the retouch before opening other frames</source>
        <translation>Schließen Sie die Retusche ab, bevor Sie andere Aufnahmen öffnen</translation>
    </message>
    <message>
        <source>Reading frame headers…</source>
        <translation>Aufnahmedaten werden gelesen …</translation>
    </message>
    <message>
        <source>None yet</source>
        <translation>Noch keine</translation>
    </message>
</context>
</TS>
