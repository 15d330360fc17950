# SPDX-License-Identifier: EUPL-1.2
# Det som bara workshopledare, storbild och startsidan säger.

copy-failed = Länken gick inte att kopiera. Öppna sidan i en annan webbläsare och försök igen.
secret-all = Hemligt. Ingen ser hur du röstar.
open-all = Öppet. Svaret sparas med namnet, men skärmarna visar bara hur många.
result-none-room = Ingen i rummet har röstat.
legend-all-short = alla tillsammans
start-heading = Starta en omröstning
start-lead = Skriv en fråga och raderna att rösta på. Deltagarna går med med en kod.
start-key = Nyckel för att skapa
start-key-hint = Den som sköter servern har nyckeln.
start-title = Workshopens namn
start-title-default = Hur får vi nya arbetssätt att fastna?
start-question = Fråga
start-question-default = Var finns era största hinder?
start-items = Rader att rösta på, en per rad
start-items-default = Backar våra chefer upp nya sätt att arbeta?
    Finns det tid avsatt för att pröva nytt?
    Har vi regler som gör det lätt att testa i liten skala?
    Får vi veta vad det blev av idéerna?
    Vet medarbetarna vart de vänder sig med en idé?
start-items-count = { $n ->
    [one] En rad
   *[other] { $n } rader
}
start-step-dots = { $n } { $n ->
    [one] prick
   *[other] prickar
}
start-step-choice = Val
start-few-items = Skriv minst två rader.
start-many-items = Skriv högst { $n } rader.
start-long-item = En rad är för lång. Högst { $n } tecken går in.
start-kind = Hur man röstar
kind-dots = Prickar
kind-choice = Val
start-secrecy = Vem ser rösterna
start-secret = Hemligt
start-open = Öppet
start-dots = Prickar var
start-cap = Högst på samma
start-most = Högst så många val
start-minutes = Minuter
start-room-held = Rummet svarar tillsammans
start-rehearsal = Genrep: för att prova, märkt på alla sidor
start-go = Starta nu
start-busy = Startar
start-no-contact = Ingen kontakt med servern. Det du skrivit finns kvar. Försök igen.
code-is = Kod { $code }
n-here = { $n } här
all-saved = Allt sparat
contact-lost = Ingen kontakt
links = Länkar
say-all = Meddela alla
tabs = Delar av sidan
tab-program = Program
tab-rooms = Rum
tab-screen = Storbild
program = Program
go-here = Gå hit
fac-away = Ingen kontakt med servern. Det som redan är sparat finns kvar. Sidan försöker igen av sig själv.
fac-store = Sedan { $time } går det inte att spara. Rösterna väntar hos deltagarna. Prata vidare, men stäng inget än.
fac-store-full = Disken är full. Säg till den som sköter servern.
fac-stuck = Det går inte att spara just nu. Vänta med det här tills det går igen.
fac-went-back = Servern har haft ett avbrott, och kl. { $time } gick något tillbaka till som det var förut.
fac-went-back-step = Ni var på ”{ $step }”.
fac-went-back-questions = Det gäller: { $titles }
fac-went-back-do = Se hur det står nu och gör om det som behövs.
fac-slow = Det går inte att spara just nu. Rösterna väntar hos deltagarna. Prata vidare, men stäng inget än.
no-saving = Det går inte att spara just nu
fac-over = Workshopen är avslutad. Allt som är sparat finns kvar.
fac-lobby = Välkommen in
fac-lobby-lead = Det här behövs innan ni börjar. Den som kommer sent kan gå med när som helst.
fac-look = Titta på ställningen (det antecknas i loggen)
fac-running = Ställningen just nu, bara för workshopledare
fac-rooms = Dela in { $n } i { $rooms } rum
fac-open = Öppna { $step } för { $n }
fac-close = Stäng röstningen för { $n }
fac-close-now = Stäng nu
fac-hold = Håll öppet
fac-reveal = Visa resultatet för alla
fac-hide = Dölj igen
fac-ask = Fråga igen
fac-reopen = Öppna igen
fac-end-title = Avsluta workshopen
fac-end = Avsluta för alla { $n }? Ingen kan rösta mer. Allt som är sparat finns kvar.
fac-end-go = Avsluta för alla
act-next = Nästa: { $step }
act-end = Avsluta workshopen
act-over = Avslutad
then = Sedan: { $what }
then-close = stäng röstningen
then-reveal = visa resultatet
then-open = öppna frågan
then-next = { $step }
phase-ready = Inte öppnad än.
phase-open = Öppen, resultatet är dolt.
phase-closing = Stänger om { $s } { $s ->
    [one] sekund
   *[other] sekunder
}. Det som skrivs nu tas emot.
phase-sealing = Stängd. Rösterna blandas så att ingen syns.
phase-closed = Stängd, resultatet är dolt.
phase-revealed = Resultatet visas för alla.
phase-secret = Hemlig.
phase-open-ballot = Svaren är inte hemliga.
k-of-n = { $k } av { $n }
are-done = klara
rooms-wait = När minst två personer är här kan du dela in dem i rum. Du kan också köra utan rum.
rooms-lead = Rummen blir lika stora, med lottade platser. De som kommer senare hamnar i det minsta rummet.
rooms-running = En fråga är öppen. Röster som redan är lagda räknas i det gamla rummet.
rooms-size = Ungefär så många i varje
rooms-n = { $n ->
    [one] Ett rum
   *[other] { $n } rum
}
rooms-change = Ändra rum
without-room = { $n } utan rum
without-room-title = Utan rum
who-is-here = { $n ->
    [one] En är med
   *[other] { $n } är med
}
who-unnamed = { $n } utan namn
fewer = Färre
more = Fler
here-of = { $here } av { $seats } här
tile-here = { $here } av { $seats } här
tile-done = { $k } av { $n } klara
tile-all = klar
room-more-time = Ge rummet 5 minuter till
room-spotlight = Visa rummet på storbilden
room-people = I rummet
room-empty = Inga namn att visa.
move-to = Flytta de valda till
move-pick = Välj rum
move-go = Flytta { $n }
move-missing = Välj personer och ett rum först.
move-note = Röster som redan är lagda räknas i det gamla rummet.
no-deadline = Ingen sluttid
time-less = En minut kortare
time-more = { $m ->
    [one] En minut
   *[other] { $m } minuter
} längre
minus-1 = −1
plus-1 = +1
plus-5 = +5 min
screen-now = På storbilden nu
screen-open = Öppna storbilden
screen-pages = Sidor på storbilden
view-task = Uppgift och tid
view-join = Koden
view-result = Resultat
view-rooms = Rum för rum
view-room = { $room } visas bredvid alla.
view-result-when = Resultat kan visas när röstningen är stängd och du har valt att visa dem.
page-back = Förra sidan
page-on = Nästa sida
page-of = Sida { $n } av { $of }
link-join = Deltagarlänk
link-join-note = Klistra in i chatten. Koden är { $code }.
link-screen = Storbildslänk
link-screen-note = Visar bara. Öppna den på datorn vid projektorn.
link-deputy = Medledarlänk
link-deputy-note = Får göra allt du får. Dela den bara med den du litar på.
say-words = Vad vill du säga?
say-note = Syns överst hos alla och på storbilden, och läses upp i skärmläsare.
say-go = Säg till { $n }
say-now = Syns sedan { $time }:
say-end = Ta bort
are-here = { $n ->
    [one] är här
   *[other] är här
}
screen-go-to = Gå till
screen-write-code = och skriv koden
screen-join-at = Gå med på { $host }
screen-qr = QR-kod till workshopen
screen-step = Steg { $n } av { $of }
screen-page = { $from }–{ $to } av { $of }
screen-page-one = { $n } av { $of }
screen-page-part = { $page }, del { $n } av { $of }
screen-voted = { $k } har röstat, { $total } { $unit ->
    [dots] prickar
    [points] poäng
   *[votes] röster
}
screen-each-room = varje rum
screen-few-rooms = { $n } rum har för få svar
screen-grace = Tiden är ute. Gör klart.
screen-closed = Röstningen är stängd.
screen-thanks = Tack för i dag
screen-stale = Bilden är från { $time }. Söker kontakt.
screen-full = Helskärm
screen-dark = Ljust eller mörkt
screen-smaller = Mindre text
screen-larger = Större text
screen-back = Alla tillbaka om
screen-back-now = Nu samlas vi igen.
screen-by-group = Per område
screen-voted-one = { $k } har röstat
screen-papers = varav { $n } på papper
screen-question = Fråga { $n } av { $of }
screen-answers = { $n ->
    [one] svar
   *[other] svar
}
screen-no-answers = Inga svar
screen-round = omgång { $n }
screen-median-before = median { $n } (omgång { $round }: { $before })
astext-before = Omgång { $round }: medianen var { $n }.
screen-answers-unit = svar
screen-wide = Stor spridning
screen-median = median { $n }
screen-all-at = alla: { $n }
screen-few = För få svar
screen-few-named = För få svar: { $rooms }
screen-rooms-page = Rum { $rooms }
screen-rooms-all = { $n } rum
screen-ball-room = ett rum, vid sin median
screen-ball-share = ett rum, vid sin andel
screen-of-room = { $share } av rummets { $unit ->
    [dots] prickar
    [points] poäng
   *[votes] röster
}
screen-legend-band = hälften av rummets svar, och medianen
screen-rooms-talk = { $n ->
    [one] rum diskuterar
   *[other] rum diskuterar
}
screen-minutes = { $n } min
screen-minutes-range = { $from }–{ $to } min
screen-order = Ordningen
screen-override = Workshopledaren har valt ordningen.
screen-even-voters = lika många, från fler personer
screen-even-facilitator = lika många, workshopledaren avgjorde
screen-order-now = nu
screen-order-done = klart
screen-order-next = Härnäst
screen-times = { $n } gånger
screen-words = { $words } ord
screen-no-notes = Inga anteckningar
screen-plenary = Från rummen
screen-no-plenary = Rummen har inte skickat något än.
screen-writing = skrivs nu
astext-follows = Texten följer storbilden.
astext-now = Storbilden visar: { $title }
astext-rating = { $n } svar. Medianen är { $median }. Hälften av svaren ligger mellan { $q1 } och { $q3 }.
astext-all-at = Alla tillsammans: { $n }.
astext-ends = 0 är ”{ $low }” och 100 är ”{ $high }”.
astext-place = Läge
astext-count = Antal
astext-median = Median
astext-between = Hälften mellan
astext-statement = Fråga
astext-room = Rum
astext-rooms = Rum för rum
astext-not-yours = Storbilden visar { $room }. Det rummets svar och anteckningar kan bara läsas på storbilden och i rummet.
start-heading-catalog = Vad ska ni göra?
start-title-other = Annat namn på workshopen (frivilligt)
fac-catalog = Färdiga workshoppar
fac-catalog-search = Sök
fac-catalog-none = Inget i katalogen innehåller ”{ $words }”.
fac-catalog-own = Egen fråga
fac-catalog-own-note = en fråga med egna rader
fac-catalog-minutes = { $m } minuter, { $n } steg
fac-guide-workshop = Inför workshopen
fac-guide-step = Så leder du steget
fac-step-done = klart
fac-step-until = pågår, till { $time }
fac-step-times = { $from }–{ $to }
fac-minutes-range = { $least }–{ $most } min
fac-slack = { $m } min att ta av
fac-slack-range = { $least }–{ $most } min att ta av
fac-slack-up-to = Upp till { $m } min att ta av
fac-ends-if-now = Slutar { $time } om ni börjar nu
fac-follows-later = Platsen följer resultatet.
fac-follows-place = Plats { $n }, { $total } { $unit ->
    [dots] { $total ->
        [one] prick
       *[other] prickar
    }
   *[votes] { $total ->
        [one] röst
       *[other] röster
    }
}.
fac-n-questions = { $n ->
    [one] En fråga.
   *[other] { $n } frågor.
}
fac-k-of-n-answers = { $k } av { $n } svar
fac-k-of-n-answered = { $k } av { $n } har svarat
fac-by-question = Fråga för fråga
fac-gate-rooms = { $k } av { $n } rum diskuterar
fac-close-many = Stäng { $q } frågor för { $n }
fac-reveal-many = Visa { $q } resultat för alla
fac-choose-equal = Avgör vid lika
fac-order = Bestäm ordningen: { $first } först
fac-settle = Slå fast: { $first }
fac-then-order = stegen ordnas efter resultatet
fac-order-most = ”{ $first }” fick flest { $unit ->
    [dots] prickar
   *[votes] röster
}, { $n }.
fac-order-more-people = { $n ->
    [one] Lika många som ”{ $other }”, från fler personer.
   *[other] Lika många som { $n } andra, från fler personer.
}
fac-order-equal = { $n ->
    [one] Lika många som ”{ $other }”, från lika många personer. Workshopledaren avgjorde.
   *[other] Lika många som { $n } andra, från lika många personer. Workshopledaren avgjorde.
}
fac-order-changed = Workshopledaren har ändrat ordningen.
fac-order-chosen = Workshopledaren valde ”{ $first }”.
fac-order-no-numbers = Workshopledaren valde ordningen. ”{ $first }” kommer först.
fac-order-reason-was = Skäl: { $reason }
fac-order-at = Bestämt { $time }.
fac-order-figures = { $total } { $unit ->
    [dots] { $total ->
        [one] prick
       *[other] prickar
    }
   *[votes] { $total ->
        [one] röst
       *[other] röster
    }
} från { $voters }
fac-order-other = Välj en annan ordning
fac-order-other-one = Välj något annat
fac-order-show = Visa ordningen på storbilden
fac-order-title = Vilken ordning gäller?
fac-order-title-one = Vilket svar gäller?
fac-order-lead = Ordningen följer resultatet: flest först, vid lika den med flest personer bakom sig.
fac-order-lead-equal = Några står helt lika: lika många, från lika många personer. Välj själv vilken av dem som går före.
fac-order-level = lika
fac-order-up = Flytta upp { $words }
fac-order-down = Flytta ner { $words }
fac-order-end = Den står redan ytterst.
fac-order-only-equals = Bara de som står lika kan byta plats. Kryssa i rutan under listan om ni vill frångå resultatet.
fac-order-now = { $words }, plats { $n }.
fac-order-override = Frångå resultatet. Det står i loggen.
fac-order-reason = Skäl
fac-order-reason-missing = Skriv varför ni frångår resultatet.
fac-order-go = Så gör vi
fac-few-answers = För få svar
fac-few-rooms = { $n ->
    [one] Ett rum har för få svar.
   *[other] { $n } rum har för få svar.
}
fac-median-is = median { $n }
fac-wide = Stor spridning
fac-col-room-name = Rum
fac-col-spread = Spridning
fac-col-median = Median
fac-col-mean = Medel
fac-col-answers = Svar
fac-from-people = från { $n }
fac-of-paper = { $n } på papper
fac-all-rows = Alla { $n } rader
fac-rows-more = { $n } rader till
fac-heads-behind = { $n } personer står bakom rösterna.
fac-n-answers = { $n } svar
fac-plenary-n = Till alla, { $n }
fac-plenary-show = Visa det som skickats till alla på storbilden
fac-hands-n = { $n ->
    [one] Ett rum ber om hjälp
   *[other] { $n } rum ber om hjälp
}
fac-pens-missing = { $n } saknar antecknare
fac-queue = Kö
fac-queue-more = { $n } till i kön
fac-waited = { $m ->
    [0] nyss
   *[other] { $m } min
}
fac-queue-answer = Svara rummet
fac-queue-done = Klart
fac-tile-hand = { $m ->
    [0] ber om hjälp sedan nyss
    [one] ber om hjälp sedan en minut
   *[other] ber om hjälp sedan { $m } minuter
}
fac-tile-ready = rummet är klart
fac-pen-missing = saknar antecknare
fac-pen-away = antecknaren är borta
fac-pen-somebody = någon
fac-notes-none-yet = Inga anteckningar än
fac-wall-notes = { $n ->
    [0] Inga anteckningar på det här steget än.
    [one] En anteckning på det här steget.
   *[other] { $n } anteckningar på det här steget.
}
fac-room-say = Säg något till rummet
fac-room-close = { $n ->
    [one] Stäng frågan för rummet
   *[other] Stäng { $n } frågor för rummet
}
fac-room-open = { $n ->
    [one] Öppna frågan igen för rummet
   *[other] Öppna { $n } frågor igen för rummet
}
fac-room-asks = Rummet har bett om hjälp sedan { $time }.
fac-room-notes-show = Visa rummets anteckningar på storbilden
fac-room-notes = Anteckningar, { $n }
fac-room-tray = Räddat och föreslaget, { $n }
fac-room-naming = Namn och videorum
fac-room-name = Rummets namn
fac-room-link = Länk till videorummet
fac-room-link-note = De som sitter i rummet får en knapp dit.
fac-room-link-bad = Länken ska börja med https:// och sakna mellanslag.
fac-room-name-go = Spara
fac-pen-nobody = Ingen antecknar.
fac-pen-is = { $name } antecknar.
fac-pen-was = { $name } antecknade men är borta. Rummet har fått frågan.
fac-pen-give-to = Ge pennan till
fac-pen-pick = Välj person
fac-pen-give-go = Ge pennan
fac-pen-missing-pick = Välj en person först.
fac-tray-suggested = Förslag
fac-tray-recovered = Räddat från en tidigare antecknare
fac-tray-take = Ta med
fac-tray-aside = Lägg åt sidan
fac-paper = Röster på papper
fac-paper-when = Pappersröster kan skrivas in medan en fråga är öppen.
fac-paper-about = Fråga
fac-paper-count = Blad i rummet
fac-paper-count-go = Spara antalet
fac-paper-announced = { $n ->
    [one] Ett blad är anmält.
   *[other] { $n } blad är anmälda.
}
fac-paper-note = Spara antalet först. Skriv sedan in ett blad i taget. De märks som papper i resultatet.
fac-paper-secret = Spara antalet först. Skriv sedan in ett blad i taget. Frågan är hemlig: den som skriver in ser bladet, men inget sparas om vem det var.
fac-paper-sheet = Blad
fac-paper-new = Nytt blad, nummer { $n }
fac-paper-correct = Rätta blad { $n }
fac-paper-heads = Personer bakom bladet
fac-paper-place = Plats på linjen, 0–100
fac-paper-words = Svaret
fac-paper-go = Skriv in bladet
fac-paper-correct-go = Rätta bladet
fac-paper-entered = Blad { $n } är skickat.
fac-paper-empty = Bladet är tomt. Fyll i det först.
fac-paper-many-dots = Det är fler än { $n } prickar på bladet.
fac-paper-cap = Högst { $cap } prickar får ligga på samma rad.
fac-paper-few = Välj minst { $n }.
fac-paper-many = Välj högst { $n }.
fac-paper-off = Skriv ett tal från 0 till 100.
fac-back-in-five = Alla tillbaka om 5 min
fac-back-in = Alla är tillbaka om
fac-back-now = Alla skulle vara tillbaka nu.
fac-back-all = Kalla tillbaka alla
fac-back-minutes = Om { $m } min
fac-back-end = Ta bort nedräkningen
fac-back-note = Nedräkningen syns hos alla och på storbilden. Den stänger inget.
fac-say-room = Säg till { $room }
fac-say-note-room = Syns överst hos alla i rummet, och läses upp i skärmläsare.
fac-say-go-room = Säg till rummet
fac-screen-about = Fråga på storbilden
fac-screen-about-pick = Välj fråga
fac-view-plenary = Till alla
fac-view-order = Ordningen
fac-view-notes = Anteckningarna från { $room } visas.
fac-log = Sessionens logg
fac-log-note = Allt som hänt, för rapport och arkiv. Kommandot ”bollplank replay { $file }” gör en rapport av den.
fac-log-go = Hämta loggen
fac-log-busy = Hämtar
fac-log-done = Loggen är hämtad.
fac-log-failed = Loggen gick inte att hämta. Försök igen om en stund.
undo = Ångra
undo-open = { $step } öppnades
undo-open-given = { $step } öppnades. { $n } svar räknas då inte.
undo-close = röstningen stängdes
undo-hold = hålls öppet
undo-reveal = resultatet visades
undo-hide = resultatet doldes
undo-go = stegbytet
undo-show = storbilden byttes
undo-time = { $sign ->
    [less] { $m } min
   *[more] +{ $m } min
}
undo-grant = +{ $m } min till { $room }
undo-pause = pausen
undo-carry-on = tiden går igen
undo-move = { $n ->
    [one] en person flyttades
   *[other] { $n } flyttades
}
undo-plan = den nya indelningen
undo-lead = samtalsledaren
undo-pen = antecknaren
undo-name = rummets namn
undo-say = meddelandet
undo-back = nedräkningen
fac-without-rooms = Börja utan rum
fac-time = Tid
fac-time-change = Ändra tiden
fac-pause = Pausa
fac-carry-on = Fortsätt
fac-stands-still = Tiden står still
fac-ends = Slutar { $time }
fac-late = { $m } min sent
fac-early = { $m } min tidigt
fac-on-time = enligt plan
fac-step-now = { $from }–{ $to }, pågår
fac-step-done-since = klart, sedan { $from }
fac-step-still = tiden står still
fac-step-over = +{ $m } min
fac-step-under = −{ $m } min
fac-step-skipped = hoppades över
fac-slack-none = Ingen tid över i steget
fac-not-done = { $k ->
    [one] En är inte klar.
   *[other] { $k } är inte klara.
}
fac-gate-range = { $least }–{ $most } av { $n } rum diskuterar
fac-talk-about = { $n ->
    [one] ett rum här
   *[other] { $n } rum här
}
fac-lobby-rooms = Rummen får själva frågan om vem som antecknar. Öppna första steget när alla hittat rätt.
fac-lobby-screen = Storbilden
fac-lobby-screen-note = Öppnas i ett eget fönster. Dra det till projektorn.
fac-lobby-join = Deltagarna
fac-copy-join = Kopiera länken
fac-lobby-make-rooms = Rummen
fac-rooms-own = För hand eller från fil
fac-rooms-make = Dela in i rum
fac-rooms-way = Hur
fac-rooms-hand = Flytta personer
fac-rooms-lot = Lotta
fac-rooms-again = Blanda om
fac-rooms-file = Från fil
fac-rooms-even = { $n } personer, { $rooms } rum om { $size }
fac-rooms-about = { $n } personer, { $rooms } rum om { $least }–{ $most }
fac-rooms-hidden = Några namn syns inte: i rum med fler än 100 personer.
fac-find-person = Sök person
fac-move-n-to = { $n ->
    [0] Kryssa för personer och välj rum
    [one] Flytta en till
   *[other] Flytta { $n } till
}
fac-changes = Ändringar
fac-changes-n = { $n ->
    [0] Inga ändringar.
    [one] En ändring väntar.
   *[other] { $n } ändringar väntar.
}
fac-change = { $name } → { $room }
fac-move-people = { $n ->
    [one] Flytta en person
   *[other] Flytta { $n } personer
}
fac-file-lead = En rad per person, med semikolon, komma eller tabb emellan. Organisation och roll får vara tomma. Rollen är antecknare eller samtalsledare.
fac-file-example = person;organisation;rum;roll
    Aino Ek;Bollhems kommun;1;antecknare
    Omar Kaya;Region Bollmora;Björken;
fac-file-choose = Välj fil
fac-file-other = Välj en annan fil
fac-file-large = Filen är för stor för att vara en lista över personer. Högst 2 MB går att läsa.
fac-file-unread = Filen gick inte att läsa. Inget är ändrat. Försök igen.
fac-file-empty = Filen är tom. Inget är ändrat.
fac-file-hidden = Namn syns bara i rum med högst 100 personer. Lotta först, och läs sedan in filen.
fac-file-many = Filen har fler personer än som kan flyttas på en gång. Dela upp den.
fac-file-found = { $file }: { $n } av { $of } är här och får plats i { $rooms ->
    [one] ett rum
   *[other] { $rooms } rum
}.
fac-file-bad = { $n ->
    [one] En rad går inte att läsa
   *[other] { $n } rader går inte att läsa
}
fac-file-unclear = { $n ->
    [one] En rad stämmer på flera som är här
   *[other] { $n } rader stämmer på flera som är här
}
fac-file-missing = { $n ->
    [one] En i filen är inte här
   *[other] { $n } i filen är inte här
}
fac-file-others = { $n ->
    [one] En som är här står inte i filen och hamnar i det minsta rummet
   *[other] { $n } som är här står inte i filen och hamnar i de minsta rummen
}
fac-file-line = Rad { $line }:
fac-file-quote = ett citattecken avslutas inte.
fac-file-no-person = kolumnen person saknas.
fac-file-no-room-column = kolumnen rum saknas.
fac-file-nobody = namnet saknas.
fac-file-no-room = rummet för { $person } saknas.
fac-file-role = rollen ”{ $role }” för { $person } är varken antecknare eller samtalsledare.
fac-file-twice = { $person } står redan på rad { $line }.
fac-file-done = { $n } personer sitter nu i { $rooms } rum.
fac-file-again = Klart. Kommer fler kan du dela in igen från samma fil.
fac-queue-n = Kö, { $n }
fac-wants = vill ha { $m } min till
fac-wants-help = ber om hjälp
fac-grant = Ge { $m } min
fac-hands-minutes = { $n ->
    [one] Ett rum vill ha mer tid
   *[other] { $n } rum vill ha mer tid
}
fac-plus-minutes = +{ $m } min
fac-tile-wants = vill ha { $m } min till
fac-tile-away = { $n ->
    [one] en är borta
   *[other] { $n } är borta
}
fac-tile-ready-short = klart
fac-talks-about = talar om fråga { $n }
fac-question-n = Fråga { $n }.
fac-own-time = egen tid, { $m } min kvar
fac-own = kvar, egen tid
fac-as-all = kvar, som alla
fac-pens-ask = Fråga igen
fac-pen-ask = Rummet saknar antecknare. Kan någon av er ta pennan?
fac-room-wants = Rummet har bett om { $m } min till sedan { $time }.
fac-focus = Rummet talar om
fac-focus-none = Ingen särskild fråga
fac-lead-nobody = Ingen leder samtalet.
fac-lead-is = { $name } leder samtalet.
fac-lead-give-to = Samtalsledare
fac-lead-none = Ingen
fac-away-since = { $m ->
    [0] borta sedan nyss
   *[other] borta sedan { $m } min
}
fac-open-step = Öppna { $step }
fac-catalog-rooms = Rum om ungefär { $n }, en antecknare i varje.
fac-paper-lacks = { $n ->
    [one] ett papper är inte inskrivet
   *[other] { $n } papper är inte inskrivna
}
fac-earlier = Omgång { $n }
fac-hands-mixed = { $n } rum i kön
