# SPDX-License-Identifier: EUPL-1.2
# Plain English: short sentences, you, verbs on buttons, no exclamation marks.

close = Close
regret = Cancel
optional = (optional)
understood = Got it
copy = Copy
copied = Copied
copy-failed = The link could not be copied. Open this page in another browser and try again.
opening = Opening the workshop
settings = Language and look
settings-language = Language
settings-theme = Light or dark
settings-text = Text size
theme-system = As the device
theme-light = Light
theme-dark = Dark
rehearsal = Rehearsal
rehearsal-note = This is a rehearsal. What you do does not count for real.
round = Round { $n }

join-title = Join the workshop
join-code = Type the code that you see on the screen.
join-with-code = Code { $code }
join-next = Continue
join-go = Join
join-name = Your name
join-org = Organisation
join-account = No account needed.
join-shown = Your name is seen by those in the same room and by the facilitator.
join-wrong = There is no such code. Compare the eight characters with the screen.
join-queue = Many are joining. You will be let in automatically in { $s } { $s ->
    [one] second
   *[other] seconds
}.
join-under-way = You are being let in.
join-opening = The workshop is opening

you-are-in = You are in
this-is-you = you
unnamed = No name
unnamed-n = Participant { $n }
name-change = Change name
lobby-in = You are in. It starts soon. Keep this page open.
lobby-try = Try moving the dot. Practice, not saved.
wait-next = The next step opens soon. Carry on talking in your room.
wait-next-alone = The next step opens soon. Keep this page open.
room-number = Room { $room }
room-named = Room { $room }, { $name }
room-needed = Rooms answer together here. You get a room when the facilitator moves you to one.
room-holds = The room answers together. What you save last counts for the whole room.
no-room = You are not in a room yet. The facilitator will place you.
in-room = In the room: you, { $names }.
in-room-more = In the room: you, { $names } and { $n } more.
in-room-count = { $n ->
    [one] You are the first in the room.
   *[other] { $n } people in the room, with you.
}
video-room = Open the video room
moved = You are now in { $room }. What you have voted so far counts in { $old }.
now-in = You are now in { $room }, { $n ->
    [one] one person
   *[other] { $n } people
}.
now-open = { $title } is open.
now-result = The result is shown.
pager = Questions
pager-at = Question { $n } of { $of }
pager-go = Question { $n } of { $of }: { $title }

secret = Secret. Nobody can see how you vote.
open = Open. Your name is shown with your vote.
open-room = Open. The room's answer is seen by all.
secret-all = Secret. Nobody sees how you vote.
open-all = Open. Names are shown with votes.
few = Too few answers. The room's result is shown when at least { $k } have answered.
few-all = Too few answers to show the result. { $n ->
    [one] One has voted.
   *[other] { $n } have voted.
}
dots-task = Place { $n } { $n ->
    [one] dot
   *[other] dots
}. At most { $cap } on one row.
dots-task-free = Place { $n } { $n ->
    [one] dot
   *[other] dots
}.
dots-left = { $n } left
dots-all = All placed
dots-cap = At most { $cap } { $cap ->
    [one] dot
   *[other] dots
} on one row. Put the dot on another row.
dots-none = You have no dots left. Take one back to move it.
dots-add = Place a dot on { $item }
dots-take = Take a dot back from { $item }
dots-row = { $item }, { $count ->
    [0] no dots
    [one] one dot
   *[other] { $count } dots
}
dots-now = { $count ->
    [0] No dots
    [one] One dot
   *[other] { $count } dots
} on { $item }. { $left } left.
choice-pick = Choose one.
choice-one = One chosen
choice-task = { $least ->
    [one] Choose at most { $most }.
   *[other] Choose at least { $least } and at most { $most }.
}
choice-most = At most { $most } choices. Take one away to change.
choice-least = Choose { $n } more
choice-some = { $n } of at most { $most } chosen
choice-room = The room's answer
your-choice = (your choice)

saved = Saved
saving = Saving
unsaved = Not saved yet
unsaved-why = No contact with the server. What you did is kept here and is sent as soon as possible.
unsaved-store = Nothing can be saved right now. What you did is kept here and is sent as soon as possible.
maybe-counted = The vote closed while your last change was on its way. It may have counted. What you saved before that counts.
back = Contact is back. Everything is saved.
contact-none = No contact with the server. The page tries again by itself.
contact-none-saved = No contact with the server. Everything you did is saved. The page tries again by itself.
held-back = The server has forgotten this browser. { $n ->
    [one] One change
   *[other] { $n } changes
} wait here. Send them?
held-send = Send
held-drop = Throw away

time-label = Time left
time-left = { $m } minutes left
time-minute = One minute left
time-out = Time is up
time-grace = Time is up. Finish now, you have { $s } { $s ->
    [one] second
   *[other] seconds
}.
closed = Voting is closed. What you saved counts.
closed-empty = Voting is closed.
result-hidden = The facilitator will show the result later.
result-none-room = Nobody in the room has voted.
result-none = Nobody has voted.
result-first = Most { $unit ->
    [dots] dots
   *[votes] votes
}, { $count }, went to “{ $item }”.
result-even = Several got equally many { $unit ->
    [dots] dots
   *[votes] votes
}: { $count }.
result-beside = Your room beside all { $n }.
result-all = All { $n } together.
legend-room = your room
legend-all = all together
legend-all-short = all together
share-room = { $share } your room
share-all = { $share } all
you = you: { $n }
as-table = Show as a table
as-picture = Show as a picture
col-item = Row
col-room = Your room
col-all = All
col-share = Share
col-voters = People
say = From the facilitator: { $text }
say-from = From the facilitator:
over = The workshop is over. Thank you for taking part. Everything saved is kept. You can close the page.

ended-title = This is as far as it goes
ended-here = Take over here
ended-again = Try again
ended-elsewhere-title = Open in another tab
ended-elsewhere = The page is open in another tab or on another device. Carry on there, or take over here.
link-lost = This browser does not have the link. Open the link that you were given once more.

start-heading = Start a vote
start-lead = Write a question and the rows to vote on. Participants join with a code.
start-key = Creation key
start-key-hint = Whoever runs the server has the key.
start-title = Name of the workshop
start-title-default = How do we make new ways of working stick?
start-question = Question
start-question-default = Where are your biggest obstacles?
start-items = Rows to vote on, one per line
start-items-default = Do our managers back new ways of working?
    Is there time set aside to try new things?
    Do our rules make it easy to test on a small scale?
    Do we hear what became of the ideas?
    Do people know where to take an idea?
start-items-count = { $n ->
    [one] One row
   *[other] { $n } rows
}
start-step-dots = { $n } { $n ->
    [one] dot
   *[other] dots
}
start-step-choice = Choice
start-few-items = Write at least two rows.
start-many-items = Write at most { $n } rows.
start-long-item = A row is too long. At most { $n } characters fit.
start-kind = How to vote
kind-dots = Dots
kind-choice = Choice
start-secrecy = Who sees the votes
start-secret = Secret
start-open = Open
start-dots = Dots each
start-cap = At most on one
start-most = At most so many
start-minutes = Minutes
start-room-held = Rooms answer together
start-rehearsal = Rehearsal: to try things out, marked on every page
start-go = Start now
start-busy = Starting
start-no-contact = No contact with the server. What you wrote is kept. Try again.

code-is = Code { $code }
n-here = { $n } here
all-saved = All saved
contact-lost = No contact
links = Links
say-all = Tell everyone
tabs = Parts of the page
tab-program = Program
tab-rooms = Rooms
tab-screen = Screen
program = Program
minutes = { $m } min
going-on = running
go-here = Go here
fac-away = No contact with the server. What is saved is kept. The page tries again by itself.
fac-store = Nothing can be saved since { $time }. The votes wait with the participants. Talk on, but close nothing yet.
fac-store-full = The disk is full. Tell whoever runs the server.
fac-slow = Nothing can be saved right now. The votes wait with the participants. Talk on, but close nothing yet.
no-saving = Nothing can be saved right now
act-no-contact = No contact with the server. Nothing happened. Try again when contact is back.
act-no-saving = Nothing can be saved right now. Nothing happened. Try again when it can.
fac-over = The workshop has ended. Everything saved is kept.
fac-lobby = Welcome in
fac-lobby-lead = Participants join with the code on the screen. Make rooms when everybody is here, or open the first question at once.
fac-look = Look at the running result (the log says so)
fac-running = The result so far, for facilitators only
fac-rooms = Put { $n } people in { $rooms } { $rooms ->
    [one] room
   *[other] rooms
}
fac-open = Open { $step } for { $n }
fac-close = Close the voting for { $n }
fac-close-now = Close now
fac-hold = Keep open
fac-reveal = Show the result to all
fac-hide = Hide it again
fac-ask = Ask again
fac-reopen = Open again
fac-end-title = End the workshop
fac-end = End for all { $n }? Nobody can vote any more. Everything saved is kept.
fac-end-go = End for all
act-next = Next: { $step }
act-end = End the workshop
act-over = Ended
then = Then: { $what }
then-close = close the voting
then-reveal = show the result
then-open = open the question
then-next = { $step }
phase-ready = Not opened yet.
phase-open = Open, the result is hidden.
phase-closing = Closes in { $s } { $s ->
    [one] second
   *[other] seconds
}. What is written now is taken.
phase-sealing = Closed. The votes are being mixed so that nobody shows.
phase-closed = Closed, the result is hidden.
phase-revealed = The result is shown to all.
phase-secret = Secret.
phase-open-ballot = Open ballot.
k-of-n = { $k } of { $n }
are-done = done
rooms-heading = Rooms
rooms-wait = When at least two people are here you can put them in rooms. You can also go on without rooms.
rooms-lead = Rooms get even sizes, seats are drawn by lot. Those who come later land in the smallest room.
rooms-running = A question is open. Votes already cast count in the old room.
rooms-size = About so many in each
rooms-n = { $n ->
    [one] One room
   *[other] { $n } rooms
}
rooms-change = Change rooms
without-room = { $n } without a room
without-room-title = Without a room
who-is-here = { $n ->
    [one] One is in
   *[other] { $n } are in
}
who-unnamed = { $n } without a name
fewer = Fewer
more = More
here-of = { $here } of { $seats } here
tile-here = { $here } of { $seats } here
tile-done = { $k } of { $n } done
tile-all = done
room-more-time = Give the room 5 more minutes
room-spotlight = Show the room on the screen
room-people = In the room
room-empty = No names to show.
move-to = Move the chosen to
move-pick = Choose a room
move-go = Move { $n }
move-missing = Choose people and a room first.
move-note = Votes already cast count in the old room.
no-deadline = No end time
time-less = One minute shorter
time-more = { $m ->
    [one] One minute
   *[other] { $m } minutes
} longer
minus-1 = −1 min
plus-1 = +1 min
plus-5 = +5 min
time-all = For all rooms
screen-now = On the screen now
screen-open = Open the screen
screen-pages = Pages on the screen
view-task = Task and time
view-join = The code
view-result = Result
view-rooms = Room by room
view-room = { $room } is shown beside all.
view-result-when = Results can be shown once the voting is closed and you have chosen to show them.
page-back = Previous page
page-on = Next page
page-of = Page { $n } of { $of }
link-join = Participants' link
link-join-note = Paste it into the chat. The code is { $code }.
link-screen = Screen link
link-screen-note = Only shows. Open it on the computer at the projector.
link-deputy = Deputy's link
link-deputy-note = May do all that you may. Share it only with somebody you trust.
say-words = What do you want to say?
say-note = Shown on top for everybody and on the screen, and read aloud by screen readers.
say-go = Tell { $n }
say-now = Shown since { $time }:
say-end = Take away

are-here = { $n ->
    [one] is here
   *[other] are here
}
screen-go-to = Go to
screen-write-code = and type the code
screen-join-at = Join at { $host }
screen-qr = QR code to the workshop
screen-step = Step { $n } of { $of }
screen-page = { $from }–{ $to } of { $of }
screen-page-one = { $n } of { $of }
screen-voted = { $k } have voted, { $total } { $unit ->
    [dots] dots
   *[votes] votes
}
screen-each-room = each room
screen-few-rooms = { $n } rooms have too few answers
screen-grace = Time is up. Finish now.
screen-closed = Voting is closed.
screen-thanks = Thank you for today
screen-stale = This picture is from { $time }. Looking for contact.
screen-full = Full screen
screen-dark = Light or dark
screen-smaller = Smaller text
screen-larger = Larger text

fault-none = Saved.
fault-recovered = The pen had changed hands. What you wrote is under Recovered.
fault-later = A lot is happening at once. What you did is kept and sent again by itself.
fault-unsure = It is not certain that it arrived. It is sent again by itself.
fault-elsewhere = The server asked the page to connect anew. That happens by itself.
fault-superseded = A later change from here counts already. This one was not needed.
fault-lane_unknown = The server has forgotten this browser. What you did is kept until you choose to send it.
fault-malformed = The server did not understand the page. Reload it; what you saved is kept.
fault-too_long = The text is too long. Shorten it and try again.
fault-bad_text = The text holds characters that cannot be saved. Rewrite it and try again.
fault-unknown_command = The page and the server are of different age. Reload the page; what you saved is kept.
fault-bad_config = The question cannot be asked like that. Check the numbers.
fault-bad_ballot = The vote does not fit the question. What you saved before counts. Reload the page.
fault-over_budget = That was more dots or choices than the question allows. What you saved before counts. Take one back.
fault-over_cap = That was too many dots on one row. What you saved before counts. Put the dot on another row.
fault-too_few = The question wants more choices. What you saved before counts. Choose more.
fault-not_allowed = This link may not do that. Ask the facilitator.
fault-wrong_phase = The question has moved on. Nothing was changed. Look where it stands and try again.
fault-closed = The question closed before your last change arrived. What you saved before that counts.
fault-stale = Something had changed meanwhile. Nothing was changed. Look where it stands and try again.
fault-over = The workshop is over. What was saved is kept.
fault-not_sealed = The votes are still being mixed. Try again in a moment.
fault-secret_look = Nobody can see the running result of a secret question. Wait until it has closed.
fault-secret_unknown = The browser has lost what keeps your vote secret. What you saved counts. Ask the facilitator for help.
fault-no_session = There is no such workshop, or the link is no longer valid. Compare the code with the screen or ask for a new link.
fault-no_member = There is no such person in the workshop.
fault-no_room = There is no such room, or you are not in one. The facilitator can place you.
fault-no_step = There is no such step. Reload the page.
fault-no_activity = There is no such question. Reload the page.
fault-no_item = There is no such row in your room. What you saved before counts.
fault-no_link = There is no such link.
fault-no_organisation = There is no such organisation.
fault-taken = The name belongs to something else. Nothing was changed. Try again.
fault-fixed = It cannot be changed once answers exist. Nothing was changed. Ask the question again instead.
fault-full = It is full here. What is saved is kept. Tell the facilitator.
fault-too_many_codes = Too many wrong codes from here. Wait ten minutes, or use the link or the QR code.
fault-too_many_pages = The page is open in too many tabs. Close one of them.
fault-too_fast = That was too fast. Wait a moment and try again.
fault-key_needed = The key is not right. Whoever runs the server has the right one.
fault-damaged = The workshop's log is damaged. The operator has been told. What is saved is not touched.
fault-electorate = There were more secret votes than people. The vote was not taken. Tell the facilitator.
fault-unequal = The secret votes do not match each other. The operator has been told.
fault-unknown = The server said no for a reason that this page does not know ({ $number }). Reload the page; what you saved is kept.
