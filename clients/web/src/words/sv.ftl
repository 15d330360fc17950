# SPDX-License-Identifier: EUPL-1.2
# Klarspråk: korta meningar, du (rummet är ni), verb på knappar, inga utropstecken.

close = Stäng
regret = Ångra
optional = (frivilligt)
understood = Uppfattat
copy = Kopiera
copied = Kopierad
copy-failed = Länken gick inte att kopiera. Öppna sidan i en annan webbläsare och försök igen.
opening = Öppnar workshopen
settings = Språk och utseende
settings-language = Språk
settings-theme = Ljust eller mörkt
settings-text = Textstorlek
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
this-is-you = du
unnamed = Utan namn
unnamed-n = Deltagare { $n }
name-change = Ändra namn
lobby-in = Du är med. Det börjar snart. Ha sidan öppen.
lobby-try = Prova att flytta pricken. Övning, sparas inte.
wait-next = Nästa steg öppnar snart. Fortsätt samtalet i rummet.
wait-next-alone = Nästa steg öppnar snart. Ha sidan öppen.
room-number = Rum { $room }
room-named = Rum { $room }, { $name }
room-needed = Rummen svarar tillsammans här. Du får ett rum när workshopledaren flyttar dig till ett.
room-holds = Rummet svarar tillsammans. Det sista ni sparar gäller för hela rummet.
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
open = Öppet. Ditt namn syns vid din röst.
open-room = Öppet. Rummets svar syns för alla.
secret-all = Hemligt. Ingen ser hur du röstar.
open-all = Öppet. Namnet syns vid rösten.
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
time-grace = Tiden är ute. Gör klart, du har { $s } { $s ->
    [one] sekund
   *[other] sekunder
}.
closed = Röstningen är stängd. Det du sparade räknas.
closed-empty = Röstningen är stängd.
result-hidden = Workshopledaren visar resultatet senare.
result-none-room = Ingen i rummet har röstat.
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
legend-all-short = alla tillsammans
share-room = { $share } ert rum
share-all = { $share } alla
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
minutes = { $m } min
going-on = pågår
go-here = Gå hit
fac-away = Ingen kontakt med servern. Det som redan är sparat finns kvar. Sidan försöker igen av sig själv.
fac-store = Sedan { $time } går det inte att spara. Rösterna väntar hos deltagarna. Prata vidare, men stäng inget än.
fac-store-full = Disken är full. Säg till den som sköter servern.
fac-slow = Det går inte att spara just nu. Rösterna väntar hos deltagarna. Prata vidare, men stäng inget än.
no-saving = Det går inte att spara just nu
act-no-contact = Ingen kontakt med servern. Inget hände. Försök igen när kontakten är tillbaka.
act-no-saving = Det går inte att spara just nu. Inget hände. Försök igen när det går.
fac-over = Workshopen är avslutad. Allt som är sparat finns kvar.
fac-lobby = Välkommen in
fac-lobby-lead = Deltagarna går med med koden på storbilden. Dela in i rum när alla är här, eller öppna första frågan direkt.
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
phase-open-ballot = Öppen omröstning.
k-of-n = { $k } av { $n }
are-done = klara
rooms-heading = Rum
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
minus-1 = −1 min
plus-1 = +1 min
plus-5 = +5 min
time-all = Gäller alla rum
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
screen-voted = { $k } har röstat, { $total } { $unit ->
    [dots] prickar
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

fault-none = Sparat.
fault-recovered = Pennan hade bytt hand. Det du skrev ligger under Räddat.
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
