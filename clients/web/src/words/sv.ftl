# SPDX-License-Identifier: EUPL-1.2
# Klarspråk: korta meningar, du (rummet är ni), verb på knappar, inga utropstecken.

close = Stäng
regret = Ångra
optional = (frivilligt)
understood = Uppfattat
copy = Kopiera
copied = Kopierad
opening = Öppnar workshopen
settings = Språk och utseende
settings-language = Språk
settings-theme = Ljust eller mörkt
settings-text = Textstorlek
screen-text = Storbilden som text
theme-system = Som enheten
theme-light = Ljust
theme-dark = Mörkt
rehearsal = Genrep
rehearsal-note = Det här är ett genrep. Det du gör räknas inte på riktigt.
round = Omgång { $n }

join-title = Gå med i workshopen
join-code = Skriv koden som du ser på storbilden.
join-with-code = Kod { $code }
join-next = Fortsätt
join-go = Gå med
join-name = Ditt namn
join-org = Organisation
join-account = Inget konto behövs.
join-shown = Namnet ser de som sitter i samma rum och workshopledaren.
join-wrong = Koden finns inte. Jämför de åtta tecknen med storbilden.
join-queue = Många går med just nu. Du släpps in automatiskt om { $s } { $s ->
    [one] sekund
   *[other] sekunder
}.
join-under-way = Du släpps in.
join-opening = Workshopen öppnas

you-are-in = Du är med
unnamed = Utan namn
unnamed-n = Deltagare { $n }
unnamed-some = { $n ->
    [one] En utan namn.
   *[other] { $n } utan namn.
}
name-change = Ändra namn
lobby-in = Du är med. Det börjar snart. Ha sidan öppen.
lobby-try = Prova att flytta pricken. Övning, sparas inte.
wait-next = Nästa steg öppnar snart. Fortsätt samtalet i rummet.
wait-next-alone = Nästa steg öppnar snart. Ha sidan öppen.
room-number = Rum { $room }
room-named = Rum { $room }, { $name }
room-needed = Rummen svarar tillsammans här. Du får ett rum när workshopledaren flyttar dig till ett.
room-holds = Rummet svarar tillsammans. Det sista ni sparar gäller för hela rummet.
agree-ask = { $name } föreslår: { $said }. Stämmer det?
agree-ask-room = Rummets svar: { $said }. Stämmer det?
agree-ask-name = { $name } har lagt rummets svar. Stämmer det?
agree-ask-list = Rummets svar ligger ovan. Stämmer det?
agree-yours = Ditt förslag. De andra säger om det stämmer.
agree-yes = Stämmer
agree-no = Inte än
agree-count = { $k } av { $n } stämmer
agree-all = Alla { $n } stämmer
agree-wait = Inte än: { $names }
agree-said-yes = Du har sagt att det stämmer.
agree-said-no = Du har sagt inte än. Säg vad som behöver ändras.
agree-stale = Svaret ändrades just. Titta på det nya och svara igen.
done = Jag är klar
done-lead = Klart. Det du sparat räknas. Du kan ändra tills frågan stänger.
done-change = Ändra
focus-here = Rummet talar om denna
focus-other = Rummet talar om fråga { $n }.
focus-go = Gå dit
focus-show = Visa frågan för rummet
focus-next = Nästa fråga för rummet
focus-now = Rummet talar om: { $title }
no-room = Du är inte i något rum än. Workshopledaren placerar dig.
in-room = I rummet: du, { $names }.
in-room-more = I rummet: du, { $names } och { $n } till.
in-room-count = { $n ->
    [one] Du är först i rummet.
   *[other] { $n } personer i rummet, med dig.
}
video-room = Öppna videorummet
moved = Du är nu i { $room }. Det du redan röstat räknas i { $old }.
now-in = Du är nu i { $room }, { $n ->
    [one] en person
   *[other] { $n } personer
}.
now-open = { $title } är öppen.
now-result = Resultatet visas.
pager = Frågor
pager-at = Fråga { $n } av { $of }
pager-go = Fråga { $n } av { $of }: { $title }

secret = Hemligt. Ingen kan se hur du röstar.
open = Öppet. Ditt svar sparas med ditt namn, men skärmarna visar bara hur många.
open-room = Öppet. Rummets svar syns för alla.
few = För få svar. Rummets resultat visas när minst { $k } har svarat.
few-all = För få svar för att visa resultatet. { $n ->
    [one] En har röstat.
   *[other] { $n } har röstat.
}
dots-task = Lägg { $n } { $n ->
    [one] prick
   *[other] prickar
}. Högst { $cap } på samma rad.
dots-task-free = Lägg { $n } { $n ->
    [one] prick
   *[other] prickar
}.
dots-left = { $n } kvar
dots-all = Alla lagda
dots-cap = Högst { $cap } { $cap ->
    [one] prick
   *[other] prickar
} på samma rad. Lägg pricken på en annan rad.
dots-none = Du har inga prickar kvar. Ta tillbaka en om du vill flytta den.
dots-add = Lägg en prick på { $item }
dots-take = Ta tillbaka en prick från { $item }
dots-row = { $item }, { $count ->
    [0] inga prickar
    [one] en prick
   *[other] { $count } prickar
}
dots-now = { $count ->
    [0] Inga prickar
    [one] En prick
   *[other] { $count } prickar
} på { $item }. { $left } kvar.
choice-pick = Välj en.
choice-one = En vald
choice-task = { $least ->
    [one] Välj högst { $most }.
   *[other] Välj minst { $least } och högst { $most }.
}
choice-most = Högst { $most } val. Ta bort ett om du vill byta.
choice-least = Välj { $n } till
choice-some = { $n } av högst { $most } valda
choice-room = Rummets svar
your-choice = (ditt val)

saved = Sparat
saving = Sparar
unsaved = Inte sparat än
unsaved-why = Ingen kontakt med servern. Det du gjort ligger kvar här och skickas så fort det går.
unsaved-store = Det går inte att spara just nu. Det du gjort ligger kvar här och skickas så fort det går.
maybe-counted = Röstningen stängde medan din sista ändring var på väg. Den kan ha räknats. Det du sparade dessförinnan räknas.
back = Kontakten är tillbaka. Allt är sparat.
contact-none = Ingen kontakt med servern. Sidan försöker igen av sig själv.
contact-none-saved = Ingen kontakt med servern. Allt du gjort är sparat. Sidan försöker igen av sig själv.
store-away = Sedan { $time } går det inte att spara. Det som är sparat finns kvar. Det du gör nu ligger kvar här och skickas så fort det går.
lost-ballot = Servern har haft ett avbrott, och det du senast sparade på ”{ $title }” kom bort.
lost-unsure = Servern har haft ett avbrott. Det är inte säkert att det du senast sparade på ”{ $title }” räknades.
lost-note = Servern har haft ett avbrott, och en anteckning kom bort.
lost-note-refused = En anteckning kunde inte sparas.
lost-was = Du hade: { $words }
lost-closed = Det går inte att skicka igen nu. Säg till workshopledaren.
lost-send = Skicka igen
lost-leave = Låt vara
held-back = Servern har glömt den här webbläsaren. { $n ->
    [one] En ändring
   *[other] { $n } ändringar
} väntar här. Ska de skickas?
held-send = Skicka
held-drop = Släng

time-label = Tid kvar
time-left = { $m } minuter kvar
time-minute = En minut kvar
time-out = Tiden är ute
time-still = Pausad
time-still-said = Tiden är pausad.
time-runs-said = Tiden går igen.
time-grace = Tiden är ute. Gör klart, du har { $s } { $s ->
    [one] sekund
   *[other] sekunder
}.
closed = Röstningen är stängd. Det du sparade räknas.
closed-empty = Röstningen är stängd.
closed-now = Stängd
result-hidden = Workshopledaren visar resultatet senare.
result-none = Ingen har röstat.
result-first = Flest { $unit ->
    [dots] prickar
   *[votes] röster
}, { $count }, fick ”{ $item }”.
result-even = Flera fick lika många { $unit ->
    [dots] prickar
   *[votes] röster
}: { $count }.
result-beside = Ert rum bredvid alla { $n }.
result-all = Alla { $n } tillsammans.
legend-room = ert rum
legend-all = alla tillsammans
share-room = { $share } ert rum
share-all = { $share } alla
round-before = Omgång { $n }: { $what }
round-all = Alla, omgång { $n }
round-median = Mitten i omgång { $n }
round-at = mitten i omgång { $n }: { $at }
round-which = Vilken omgång
you = du: { $n }
as-table = Visa som tabell
as-picture = Visa som bild
col-item = Rad
col-room = Ert rum
col-all = Alla
col-share = Andel
col-voters = Personer
say = Från workshopledaren: { $text }
say-from = Från workshopledaren:
over = Workshopen är slut. Tack för att du var med. Allt som är sparat finns kvar. Du kan stänga sidan.

ended-title = Här är det stopp
ended-here = Ta över hit
ended-again = Försök igen
ended-elsewhere-title = Öppen på en annan flik
ended-elsewhere = Sidan är öppen på en annan flik eller enhet. Fortsätt där, eller ta över hit.
link-lost = Länken finns inte i den här webbläsaren. Öppna den länk du fick en gång till.

minutes = { $m } min
act-no-contact = Ingen kontakt med servern. Inget hände. Försök igen när kontakten är tillbaka.
act-no-saving = Det går inte att spara just nu. Inget hände. Försök igen när det går.

fault-none = Sparat.
fault-recovered = Pennan hade bytt hand. Det du skrev är sparat bland rummets förslag, där den som antecknar ser det.
fault-later = Det är mycket på en gång. Det du gjort ligger kvar och skickas igen av sig självt.
fault-unsure = Det är inte säkert att det kom fram. Det skickas igen av sig självt.
fault-elsewhere = Servern bad sidan att ansluta på nytt. Det sker av sig självt.
fault-superseded = En senare ändring härifrån räknas redan. Den här behövdes inte.
fault-lane_unknown = Servern har glömt den här webbläsaren. Det du gjort ligger kvar tills du väljer att skicka det.
fault-malformed = Servern förstod inte sidan. Ladda om den; det du sparat finns kvar.
fault-too_long = Texten är för lång. Korta den och försök igen.
fault-bad_text = Texten innehåller tecken som inte går att spara. Skriv om den och försök igen.
fault-unknown_command = Sidan och servern är olika gamla. Ladda om sidan; det du sparat finns kvar.
fault-bad_config = Frågan går inte att ställa så. Kontrollera siffrorna.
fault-bad_ballot = Rösten passar inte frågan. Det du sparade förut räknas. Ladda om sidan.
fault-over_budget = Det var fler prickar eller val än frågan tillåter. Det du sparade förut räknas. Ta tillbaka en.
fault-over_cap = Det var för många prickar på samma rad. Det du sparade förut räknas. Lägg pricken på en annan rad.
fault-too_few = Frågan vill ha fler val. Det du sparade förut räknas. Välj fler.
fault-not_allowed = Den här länken får inte göra det. Be workshopledaren.
fault-wrong_phase = Frågan har gått vidare. Inget ändrades. Titta hur det står nu och försök igen.
fault-closed = Frågan stängde innan din sista ändring kom fram. Det du sparade före det räknas.
fault-stale = Något hade ändrats under tiden. Inget ändrades. Titta hur det står nu och försök igen.
fault-over = Workshopen är slut. Det som sparades finns kvar.
fault-not_sealed = Rösterna blandas fortfarande. Försök igen om en stund.
fault-secret_look = Ställningen i en hemlig fråga finns inte att se för någon. Vänta tills den är stängd.
fault-secret_unknown = Webbläsaren har tappat det som gör din röst hemlig. Det du sparat räknas. Be workshopledaren om hjälp.
fault-no_session = Workshopen finns inte, eller länken gäller inte längre. Jämför koden med storbilden eller be om en ny länk.
fault-no_member = Personen finns inte i workshopen.
fault-no_room = Rummet finns inte, eller så är du inte i något rum. Workshopledaren kan placera dig.
fault-no_step = Steget finns inte. Ladda om sidan.
fault-no_activity = Frågan finns inte. Ladda om sidan.
fault-no_item = Raden finns inte i ditt rum. Det du sparade förut räknas.
fault-no_link = Länken finns inte.
fault-no_organisation = Organisationen finns inte.
fault-taken = Namnet används redan av något annat. Inget ändrades. Försök igen.
fault-fixed = Det går inte att ändra när svar finns. Inget ändrades. Ställ frågan igen i stället.
fault-full = Det är fullt här. Det som är sparat finns kvar. Säg till workshopledaren.
fault-too_many_codes = För många felaktiga koder härifrån. Vänta tio minuter, eller använd länken eller QR-koden.
fault-too_many_pages = Sidan är öppen på för många flikar. Stäng någon av dem.
fault-too_fast = Det gick för fort. Vänta ett ögonblick och försök igen.
fault-key_needed = Nyckeln stämmer inte. Den som sköter servern har den rätta.
fault-damaged = Workshopens logg är skadad. Den som sköter servern har fått veta det. Det som är sparat rörs inte.
fault-electorate = Det kom fler hemliga röster än det finns personer. Rösten togs inte emot. Säg till workshopledaren.
fault-unequal = De hemliga rösterna stämmer inte med varandra. Den som sköter servern har fått veta det.
fault-unknown = Servern sa nej av ett skäl som sidan inte känner till ({ $number }). Ladda om sidan; det du sparat finns kvar.

# participant
open-text = Öppet. Ditt svar sparas med ditt namn, men visas utan det.
secret-text = Hemligt. Ingen kan se vem som har skrivit vad.
fault-off_scale = Svaret låg utanför linjen. Det du sparade förut räknas.
fault-pen_needed = Någon annan har rummets penna. Inget ändrades.
fault-not_the_outcome = Ordningen stämmer inte med resultatet. Inget ändrades. Markera att ni frångår det om det är meningen.
fault-no_note = Anteckningen finns inte längre. Någon kan ha tagit bort den.
fault-no_group = Gruppen finns inte. Ladda om sidan.
fault-plenary_full = Rummet har redan skickat så många anteckningar till alla som går. Ta tillbaka en om ni vill byta.
fault-no_paper = Det är fler pappersröster än det har sagts att det finns. Ändra antalet först.
next-question = Nästa fråga
level-chosen = Valt: { $words }

rate-empty = Tryck på linjen där du tycker att ni är.
rate-none = Inte placerad
rate-at = { $n } av 100
rate-near = { $n } av 100, närmast ”{ $end }”
rate-middle = { $n } av 100, mitt emellan
rate-number = Din prick, från 0 till 100
rate-less = Mindre
rate-more = Mer
rate-remove = Ta tillbaka
rate-gate = Samtalet öppnar när alla i rummet är klara.
rate-gate-open = Alla i rummet har svarat. Prata om varför ni ser olika.
rate-gate-secret = Alla i rummet har svarat. Prata om varför ni ser olika. Fördelningen visas när workshopledaren visar resultatet.
rate-sentence = Mitten ligger på { $median } av 100, närmast ”{ $end }”. Hälften av svaren ligger mellan { $q1 } och { $q3 }.
rate-sentence-middle = Mitten ligger på { $median } av 100, mitt emellan. Hälften av svaren ligger mellan { $q1 } och { $q3 }.
rate-one = Ett svar: { $median } av 100.
result-none-answers = Ingen har svarat.
rate-spread = Stor spridning
rate-room = Ert rum, { $n } { $n ->
    [one] svar
   *[other] svar
}
rate-all = Alla, { $n } svar
rate-you = du: { $n }
rate-is-median = mitten
rate-is-half = hälften av svaren
rate-answers = Svar
rate-mean = Medelvärde
rate-median = Mitten (median)
rate-half = Hälften ligger mellan
rate-between = { $from } och { $to }
rate-width = Spridning
rate-wide = stor
rate-narrow = inte stor
rate-yours = Din prick

text-task = Skriv med egna ord.
text-label = Ditt svar
text-warn = Skriv inte personuppgifter om andra.
text-left = { $n ->
    [one] Plats för ett tecken till
   *[other] Plats för { $n } tecken till
}
text-long = Texten är för lång. Korta den, så sparas den.
text-none = Inget svar än
text-count = { $n ->
    [one] Ett svar
   *[other] { $n } svar
}
text-same = { $n } personer
text-yours = ditt svar
text-removed = (borttaget)
text-more = { $n ->
    [one] Ett svar till får inte plats här.
   *[other] { $n } svar till får inte plats här.
}

rank-task = Tryck i den ordning du vill ha dem. Placera högst { $k }.
rank-order = Din ordning
rank-empty = Ingen är placerad än.
rank-order-room = Rummets ordning
rank-row = { $item }, plats { $place } av { $of }
rank-place = Placera { $item } som nummer { $place }
rank-up = Flytta upp { $item }
rank-down = Flytta ner { $item }
rank-remove = Ta bort { $item } ur ordningen
rank-count = { $n } av { $k } placerade
rank-now = { $item }, plats { $place }.
rank-removed = { $item } är inte placerad.
rank-full = { $k } är placerade. Ta bort en om du vill byta.
rank-first = Högst upp, med { $count } poäng, står ”{ $item }”.
rank-even = Flera har lika många poäng: { $count }.
rank-points = { $n } poäng
rank-points-help = Plats 1 ger { $k } poäng, plats { $k } ger 1.

group-jump = Hoppa till
group-other = Övriga
group-results = Område för område
group-rows = Rad för rad
col-group = Område
col-points = Poäng
dots-in-group = { $n ->
    [0] inga prickar här
    [one] en prick här
   *[other] { $n } prickar här
}

pen-offer = Rummet saknar antecknare. Vill du anteckna?
pen-offer-away = { $name } har varit borta en stund. Vill du anteckna?
pen-somebody = Antecknaren
pen-take = Ja, jag antecknar
pen-not-now = Inte nu
pen-takes = { $name } antecknar.
pen-takes-somebody = En i rummet antecknar.
pen-away = { $name } antecknar, men är borta just nu.
pen-nobody = Ingen antecknar än.
pen-you = Du antecknar.
pen-yours = Du antecknar nu. Hela rummet ser det du skriver.
pen-now = { $name } antecknar nu.
pen-to-notes = Till anteckningarna
pen-casts = { $name } har pennan och sparar rummets svar.
room-notes = Anteckningar
room-notes-n = { $n ->
    [0] Inga anteckningar.
    [one] En anteckning.
   *[other] { $n } anteckningar.
}
note-observation = Iakttagelse
note-idea = Idé
note-decision = Beslut
note-question = Fråga
note-example = Bra exempel
note-pitfall = Fallgrop
note-parking = Parkering
suggest-label = Föreslå en anteckning
suggest-hint = Den som antecknar ser förslaget och kan ta med det.
suggest-send = Skicka förslaget
suggest-yours = Dina förslag
suggest-waits = hos antecknaren
help-ask = Be om hjälp
help-up = Workshopledaren ser att ni vill ha hjälp.
help-queue = Workshopledaren ser att ni vill ha hjälp. Ni är nummer { $n } i kön.
help-down = Vi behöver inte hjälp längre
help-minutes = Be om 5 minuter
help-minutes-up = Ni har bett om { $m } minuter till. Workshopledaren ser det.
help-minutes-queue = Ni har bett om { $m } minuter till. Ni är nummer { $n } i kön.
help-minutes-down = Vi behöver inte mer tid
leader-is = { $name } leder samtalet.
leader-somebody = En i rummet leder samtalet.
leader-you = Du leder samtalet.
leader-nobody = Ingen leder samtalet än.
leader-take = Jag leder samtalet
leader-give = Lämna över samtalet
leader-to = Vem ska leda samtalet?
leader-lay = Sluta leda samtalet
leader-taken = Någon annan hann före och leder samtalet.
leader-role = samtalsledare
people-away = borta just nu
people-away-for = borta sedan { $m } min
people-some-away = { $n ->
    [one] En är borta just nu.
   *[other] { $n } är borta just nu.
}
ready-room = Vi är klara
ready-yes = Rummet är klart med steget.
ready-no = Inte klara än
back-in = Alla tillbaka om { $time }.
back-now = Dags att komma tillbaka.



# notes
notes-title = Anteckningar
notes-none = Inga anteckningar än.
notes-sent = skickad till alla
notes-final = slutlig
notes-writing = { $name } skriver
notes-you = Du
notes-about = Fråga { $n }: { $title }
notes-about-step = Hela steget
notes-about-label = Nästa rad handlar om
notes-about-row = Raden handlar om
notes-about-back = Förra frågan
notes-is-final = Slutlig
notes-about-now = Nya rader handlar nu om { $title }
notes-earlier = { $n ->
    [one] En tidigare lydelse
   *[other] { $n } tidigare lydelser
}
notes-rescued = Räddat
notes-rescuing = På väg till rummets förslag.
notes-rescued-lead = Det här hann inte sparas innan pennan bytte hand. Det ligger kvar här tills du har tagit hand om det.
notes-suggest = Föreslå
notes-suggested = Föreslaget för rummets antecknare.
notes-copy-failed = Texten gick inte att kopiera. Markera den och kopiera för hand.
notes-pen-yours = Du har pennan
notes-pen-offered = Du var borta en stund, så rummet erbjuds pennan. Den är din tills någon annan tar den.
notes-pen-keep = Behåll pennan
notes-pen-give = Lämna över pennan
notes-pen-to = Vem ska anteckna?
notes-pen-lay = Lägg ner pennan
notes-pen-giving = Pennan lämnas till { $name }.
notes-pen-laid = Pennan ligger fri. Den som vill kan ta den.
notes-next-step = Nästa steg har börjat: { $step }. Skriv klart, eller gå dit nu.
notes-go-on = Gå dit
notes-room = Rummet
notes-talk = Diskutera nu, fråga { $n } av { $of }
notes-parts = Delar av steget
notes-minutes = { $least }–{ $most } min
notes-show-result = Visa fördelningen
notes-hide-result = Dölj fördelningen
notes-ballot = Min röst
notes-ballot-missing = { $n ->
    [one] en kvar
   *[other] { $n } kvar
}
notes-kind = Typ
notes-kind-of = Typ, rad { $n } av { $of }
notes-row = { $kind }, rad { $n } av { $of }
notes-menu = Val för rad { $n } av { $of }
notes-menu-title = Val för raden
notes-placeholder = Skriv vad rummet säger
notes-left = { $n } tecken kvar
notes-acts = Rad { $n }
notes-send = Skicka till alla, { $n } av { $k }
notes-send-free = Skicka till alla
notes-take-back = Ta tillbaka från alla
notes-send-empty = Skriv något på raden först.
notes-send-full = Rummet har skickat { $k } av { $k }. Ta tillbaka en om du vill skicka en annan.
notes-sent-said = Skickad till alla, { $n } av { $k }.
notes-sent-said-free = Skickad till alla.
notes-unsent-said = Tillbakatagen från alla.
notes-mark-final = Märk som slutlig
notes-mark-working = Märk som arbetsmaterial
notes-final-said = Märkt som slutlig.
notes-working-said = Märkt som arbetsmaterial.
notes-up = Flytta upp
notes-down = Flytta ner
notes-moved = Flyttad till plats { $n } av { $of }.
notes-drop = Ta bort raden
notes-dropped = Raden är borttagen. Du kan ångra.
notes-undo = Ångra borttagning
notes-restored = Raden är tillbaka.
notes-new-row = Ny rad, { $kind }.
notes-key-enter = ny rad
notes-key-line = radbrytning
notes-key-move = flytta
notes-key-send = skicka till alla
notes-key-leave = lämna listan
notes-key-signs = Först på en tom rad, med mellanslag:
notes-people = I rummet, { $n }
notes-holder = Antecknar
notes-tray = Förslag från rummet, { $n }
notes-tray-new = Nytt förslag från rummet.
notes-tray-from = från { $name }
notes-tray-rescued = räddat, från { $name }
notes-tray-step = (steget { $step })
notes-take = Ta med
notes-taken = Med i anteckningarna, sist.
notes-aside = Åt sidan
notes-put-aside = Lagt åt sidan.
