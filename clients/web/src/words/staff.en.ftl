# SPDX-License-Identifier: EUPL-1.2
# What only facilitators, the shared screen and the start page say.

copy-failed = The link could not be copied. Open this page in another browser and try again.
secret-all = Secret. Nobody sees how you vote.
open-all = Open. Answers are stored with names, but screens only show how many.
result-none-room = Nobody in the room has voted.
legend-all-short = all together
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
go-here = Go here
fac-away = No contact with the server. What is saved is kept. The page tries again by itself.
fac-store = Nothing can be saved since { $time }. The votes wait with the participants. Talk on, but close nothing yet.
fac-store-full = The disk is full. Tell whoever runs the server.
fac-stuck = Nothing can be saved right now. Wait with this until it can.
fac-went-back = The server had an interruption, and at { $time } something went back to how it was before.
fac-went-back-step = You were on “{ $step }”.
fac-went-back-questions = It concerns: { $titles }
fac-went-back-do = See how it stands now, and do again what is needed.
fac-slow = Nothing can be saved right now. The votes wait with the participants. Talk on, but close nothing yet.
no-saving = Nothing can be saved right now
fac-over = The workshop has ended. Everything saved is kept.
fac-lobby = Welcome in
fac-lobby-lead = This is what you need before you begin. Who comes late can join at any time.
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
phase-open-ballot = Answers are not secret.
k-of-n = { $k } of { $n }
are-done = done
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
minus-1 = −1
plus-1 = +1
plus-5 = +5 min
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
screen-page-part = { $page }, part { $n } of { $of }
screen-voted = { $k } have voted, { $total } { $unit ->
    [dots] dots
    [points] points
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
screen-back = Everybody back in
screen-back-now = We are back together.
screen-by-group = By area
screen-voted-one = { $k } have voted
screen-papers = { $n } of them on paper
screen-question = Question { $n } of { $of }
screen-answers = { $n ->
    [one] answer
   *[other] answers
}
screen-no-answers = No answers
screen-round = round { $n }
screen-median-before = median { $n } (round { $round }: { $before })
astext-before = Round { $round }: the median was { $n }.
screen-answers-unit = answers
screen-wide = Wide spread
screen-median = median { $n }
screen-all-at = all: { $n }
screen-few = Too few answers
screen-few-named = Too few answers: { $rooms }
screen-rooms-page = Rooms { $rooms }
screen-rooms-all = { $n } rooms
screen-ball-room = one room, at its median
screen-ball-share = one room, at its share
screen-of-room = { $share } of the room's { $unit ->
    [dots] dots
    [points] points
   *[votes] votes
}
screen-legend-band = half of the room’s answers, and the median
screen-rooms-talk = { $n ->
    [one] room in discussion
   *[other] rooms in discussion
}
screen-minutes = { $n } min
screen-minutes-range = { $from }–{ $to } min
screen-order = The order
screen-override = The facilitator has chosen the order.
screen-even-voters = as many, from more people
screen-even-facilitator = as many, the facilitator decided
screen-order-now = now
screen-order-done = done
screen-order-next = Next
screen-times = { $n } times
screen-words = { $words } words
screen-no-notes = No notes
screen-plenary = From the rooms
screen-no-plenary = The rooms have not sent anything yet.
screen-writing = being written
astext-follows = The text follows the shared screen.
astext-now = The screen shows: { $title }
astext-rating = { $n } answers. The median is { $median }. Half of the answers lie between { $q1 } and { $q3 }.
astext-all-at = All together: { $n }.
astext-ends = 0 is “{ $low }” and 100 is “{ $high }”.
astext-place = Place
astext-count = Count
astext-median = Median
astext-between = Half between
astext-statement = Question
astext-room = Room
astext-rooms = Room by room
astext-not-yours = The screen shows { $room }. That room's answers and notes can only be read on the screen and in the room.
start-heading-catalog = What are you going to do?
start-title-other = Another name for the workshop (optional)
fac-catalog = Ready-made workshops
fac-catalog-search = Search
fac-catalog-none = Nothing in the catalog contains “{ $words }”.
fac-catalog-own = A question of your own
fac-catalog-own-note = one question with rows of your own
fac-catalog-minutes = { $m } minutes, { $n } steps
fac-guide-workshop = Before the workshop
fac-guide-step = How to lead this step
fac-step-done = done
fac-step-until = running, until { $time }
fac-step-times = { $from }–{ $to }
fac-minutes-range = { $least }–{ $most } min
fac-slack = { $m } min to spend
fac-slack-range = { $least }–{ $most } min to spend
fac-slack-up-to = Up to { $m } min to spend
fac-ends-if-now = Ends { $time } if you begin now
fac-follows-later = Its place follows from the result.
fac-follows-place = Place { $n }, { $total } { $unit ->
    [dots] { $total ->
        [one] dot
       *[other] dots
    }
   *[votes] { $total ->
        [one] vote
       *[other] votes
    }
}.
fac-n-questions = { $n ->
    [one] One question.
   *[other] { $n } questions.
}
fac-k-of-n-answers = { $k } of { $n } answers
fac-k-of-n-answered = { $k } of { $n } have answered
fac-by-question = Question by question
fac-gate-rooms = { $k } of { $n } rooms are discussing
fac-close-many = Close { $q } questions for { $n }
fac-reveal-many = Show { $q } results to all
fac-choose-equal = Decide among equals
fac-order = Set the order: { $first } first
fac-settle = Settle on: { $first }
fac-then-order = the steps follow the result
fac-order-most = “{ $first }” got most { $unit ->
    [dots] dots
   *[votes] votes
}, { $n }.
fac-order-more-people = { $n ->
    [one] As many as “{ $other }”, from more people.
   *[other] As many as { $n } others, from more people.
}
fac-order-equal = { $n ->
    [one] As many as “{ $other }”, from as many people. The facilitator decided.
   *[other] As many as { $n } others, from as many people. The facilitator decided.
}
fac-order-changed = The facilitator changed the order.
fac-order-chosen = The facilitator chose “{ $first }”.
fac-order-no-numbers = The facilitator chose the order. “{ $first }” comes first.
fac-order-reason-was = Reason: { $reason }
fac-order-at = Decided at { $time }.
fac-order-figures = { $total } { $unit ->
    [dots] { $total ->
        [one] dot
       *[other] dots
    }
   *[votes] { $total ->
        [one] vote
       *[other] votes
    }
} from { $voters }
fac-order-other = Choose another order
fac-order-other-one = Choose something else
fac-order-show = Show the order on the screen
fac-order-title = Which order holds?
fac-order-title-one = Which answer holds?
fac-order-lead = The order follows the result: most first, and among equals the one with more people behind it.
fac-order-lead-equal = Some are quite equal: as many, from as many people. Choose yourself which of them goes first.
fac-order-level = equal
fac-order-up = Move up { $words }
fac-order-down = Move down { $words }
fac-order-end = It is at the end already.
fac-order-only-equals = Only equals can change places. Tick the box below the list to depart from the result.
fac-order-now = { $words }, place { $n }.
fac-order-override = Depart from the result. The log says so.
fac-order-reason = Reason
fac-order-reason-missing = Write why you depart from the result.
fac-order-go = Do it this way
fac-few-answers = Too few answers
fac-few-rooms = { $n ->
    [one] One room has too few answers.
   *[other] { $n } rooms have too few answers.
}
fac-median-is = median { $n }
fac-wide = Wide spread
fac-col-room-name = Room
fac-col-spread = Spread
fac-col-median = Median
fac-col-mean = Mean
fac-col-answers = Answers
fac-from-people = from { $n }
fac-of-paper = { $n } on paper
fac-all-rows = All { $n } rows
fac-rows-more = { $n } more rows
fac-heads-behind = { $n } people stand behind the votes.
fac-n-answers = { $n ->
    [one] One answer
   *[other] { $n } answers
}
fac-plenary-n = Sent to all, { $n }
fac-plenary-show = Show on the screen what was sent to all
fac-hands-n = { $n ->
    [one] One room asks for help
   *[other] { $n } rooms ask for help
}
fac-pens-missing = { $n } without a note-taker
fac-queue = Queue
fac-queue-more = { $n } more in the queue
fac-waited = { $m ->
    [0] just now
   *[other] { $m } min
}
fac-queue-answer = Answer the room
fac-queue-done = Done
fac-tile-hand = { $m ->
    [0] has just asked for help
    [one] has asked for help for a minute
   *[other] has asked for help for { $m } minutes
}
fac-tile-ready = the room is done
fac-pen-missing = no note-taker
fac-pen-away = the note-taker is away
fac-pen-somebody = somebody
fac-notes-none-yet = No notes yet
fac-wall-notes = { $n ->
    [0] No notes on this step yet.
    [one] One note on this step.
   *[other] { $n } notes on this step.
}
fac-room-say = Speak to the room
fac-room-close = { $n ->
    [one] Close the question for the room
   *[other] Close { $n } questions for the room
}
fac-room-open = { $n ->
    [one] Open the question again for the room
   *[other] Open { $n } questions again for the room
}
fac-room-asks = The room has asked for help since { $time }.
fac-room-notes-show = Show the room's notes on the screen
fac-room-notes = Notes, { $n }
fac-room-tray = Recovered and suggested, { $n }
fac-room-naming = Name and video room
fac-room-name = Name of the room
fac-room-link = Link to the video room
fac-room-link-note = Those in the room get a button for it.
fac-room-link-bad = The link should begin with https:// and have no spaces.
fac-room-name-go = Save
fac-pen-nobody = Nobody takes notes.
fac-pen-is = { $name } takes notes.
fac-pen-was = { $name } took notes but is away. The room has been asked.
fac-pen-give-to = Give the pen to
fac-pen-pick = Choose a person
fac-pen-give-go = Give the pen
fac-pen-missing-pick = Choose a person first.
fac-tray-suggested = Suggestion
fac-tray-recovered = Recovered from an earlier note-taker
fac-tray-take = Take it in
fac-tray-aside = Put it aside
fac-paper = Ballots on paper
fac-paper-when = Paper ballots can be entered while a question is open.
fac-paper-about = Question
fac-paper-count = Sheets in the room
fac-paper-count-go = Save the number
fac-paper-announced = { $n ->
    [one] One sheet is announced.
   *[other] { $n } sheets are announced.
}
fac-paper-note = Save the number first. Then enter one sheet at a time. They are marked as paper in the result.
fac-paper-secret = Save the number first. Then enter one sheet at a time. The question is secret: whoever enters it sees the sheet, but nothing is stored about who it was.
fac-paper-sheet = Sheet
fac-paper-new = New sheet, number { $n }
fac-paper-correct = Correct sheet { $n }
fac-paper-heads = People behind the sheet
fac-paper-place = Place on the line, 0–100
fac-paper-words = The answer
fac-paper-go = Enter the sheet
fac-paper-correct-go = Correct the sheet
fac-paper-entered = Sheet { $n } has been sent.
fac-paper-empty = The sheet is empty. Fill it in first.
fac-paper-many-dots = There are more than { $n } dots on the sheet.
fac-paper-cap = At most { $cap } dots may lie on one row.
fac-paper-few = Choose at least { $n }.
fac-paper-many = Choose at most { $n }.
fac-paper-off = Write a number from 0 to 100.
fac-back-in-five = All back in 5 min
fac-back-in = Everybody is back in
fac-back-now = Everybody should be back now.
fac-back-all = Call everybody back
fac-back-minutes = In { $m } min
fac-back-end = Remove the countdown
fac-back-note = The countdown shows to all and on the screen. It closes nothing.
fac-say-room = Speak to { $room }
fac-say-note-room = Shows at the top for everybody in the room, and is read by screen readers.
fac-say-go-room = Tell the room
fac-screen-about = Question on the screen
fac-screen-about-pick = Choose a question
fac-view-plenary = Sent to all
fac-view-order = The order
fac-view-notes = The notes of { $room } are shown.
fac-log = The session's log
fac-log-note = Everything that happened, for the report and the archive. The command “bollplank replay { $file }” makes a report of it.
fac-log-go = Fetch the log
fac-log-busy = Fetching
fac-log-done = The log has been fetched.
fac-log-failed = The log could not be fetched. Try again in a while.
undo = Undo
undo-open = { $step } opened
undo-open-given = { $step } opened. { $n } answers will not count then.
undo-close = voting closed
undo-hold = kept open
undo-reveal = result shown
undo-hide = result hidden
undo-go = change of step
undo-show = another picture
undo-time = { $sign ->
    [less] { $m } min
   *[more] +{ $m } min
}
undo-grant = +{ $m } min to { $room }
undo-pause = the pause
undo-carry-on = time going on
undo-move = { $n ->
    [one] one person moved
   *[other] { $n } people moved
}
undo-plan = the new rooms
undo-lead = discussion leader
undo-pen = note-taker
undo-name = name of the room
undo-say = the message
undo-back = the countdown
fac-without-rooms = Begin without rooms
fac-time = Time
fac-time-change = Change the time
fac-pause = Pause
fac-carry-on = Go on
fac-stands-still = Time stands still
fac-ends = Ends { $time }
fac-late = { $m } min late
fac-early = { $m } min early
fac-on-time = as planned
fac-step-now = { $from }–{ $to }, running
fac-step-done-since = done, since { $from }
fac-step-still = time stands still
fac-step-over = +{ $m } min
fac-step-under = −{ $m } min
fac-step-skipped = passed over
fac-slack-none = No time to spare in this step
fac-not-done = { $k ->
    [one] One is not done.
   *[other] { $k } are not done.
}
fac-gate-range = { $least }–{ $most } of { $n } rooms are discussing
fac-talk-about = { $n ->
    [one] one room here
   *[other] { $n } rooms here
}
fac-lobby-rooms = The rooms are asked by themselves who takes notes. Open the first step when everybody has found their room.
fac-lobby-screen = The shared screen
fac-lobby-screen-note = Opens in a window of its own. Drag it to the projector.
fac-lobby-join = The participants
fac-copy-join = Copy the link
fac-lobby-make-rooms = The rooms
fac-rooms-own = By hand or from a file
fac-rooms-make = Put people in rooms
fac-rooms-way = How
fac-rooms-hand = Move people
fac-rooms-lot = By lot
fac-rooms-again = Mix again
fac-rooms-file = From a file
fac-rooms-even = { $n } people, { $rooms } rooms of { $size }
fac-rooms-about = { $n } people, { $rooms } rooms of { $least }–{ $most }
fac-rooms-hidden = Some names are not shown: in rooms of more than 100 people.
fac-find-person = Find a person
fac-move-n-to = { $n ->
    [0] Tick people and choose a room
    [one] Move one to
   *[other] Move { $n } to
}
fac-changes = Changes
fac-changes-n = { $n ->
    [0] No changes.
    [one] One change is waiting.
   *[other] { $n } changes are waiting.
}
fac-change = { $name } → { $room }
fac-move-people = { $n ->
    [one] Move one person
   *[other] Move { $n } people
}
fac-file-lead = One row a person, with semicolons, commas or tabs between. Organisation and role may be empty. The role is note-taker or leader.
fac-file-example = person;organisation;room;role
    Aino Ek;Bollhem;1;note-taker
    Omar Kaya;Bollmora;The birch;
fac-file-choose = Choose a file
fac-file-other = Choose another file
fac-file-large = The file is too large to be a list of people. At most 2 MB can be read.
fac-file-unread = The file could not be read. Nothing has changed. Try again.
fac-file-empty = The file is empty. Nothing has changed.
fac-file-hidden = Names are shown only in rooms of at most 100 people. Draw rooms by lot first, then read the file.
fac-file-many = The file has more people than can be moved at once. Split it.
fac-file-found = { $file }: { $n } of { $of } are here and get a place in { $rooms ->
    [one] one room
   *[other] { $rooms } rooms
}.
fac-file-bad = { $n ->
    [one] One row cannot be read
   *[other] { $n } rows cannot be read
}
fac-file-unclear = { $n ->
    [one] One row fits several who are here
   *[other] { $n } rows fit several who are here
}
fac-file-missing = { $n ->
    [one] One in the file is not here
   *[other] { $n } in the file are not here
}
fac-file-others = { $n ->
    [one] One who is here is not in the file and goes to the smallest room
   *[other] { $n } who are here are not in the file and go to the smallest rooms
}
fac-file-line = Row { $line }:
fac-file-quote = a quotation mark is not closed.
fac-file-no-person = the column person is missing.
fac-file-no-room-column = the column room is missing.
fac-file-nobody = the name is missing.
fac-file-no-room = the room of { $person } is missing.
fac-file-role = the role “{ $role }” of { $person } is neither note-taker nor leader.
fac-file-twice = { $person } is already on row { $line }.
fac-file-done = { $n } people now sit in { $rooms } rooms.
fac-file-again = Done. If more people come, you can use the same file again.
fac-queue-n = Queue, { $n }
fac-wants = wants { $m } min more
fac-wants-help = asks for help
fac-grant = Give { $m } min
fac-hands-minutes = { $n ->
    [one] One room wants more time
   *[other] { $n } rooms want more time
}
fac-plus-minutes = +{ $m } min
fac-tile-wants = wants { $m } minutes more
fac-tile-away = { $n ->
    [one] one is away
   *[other] { $n } are away
}
fac-tile-ready-short = done
fac-talks-about = talks about question { $n }
fac-question-n = Question { $n }.
fac-own-time = a time of its own, { $m } min left
fac-own = left, a time of its own
fac-as-all = left, as for all
fac-pens-ask = Ask again
fac-pen-ask = The room has no note-taker. Can one of you take the pen?
fac-room-wants = The room has asked for { $m } min more since { $time }.
fac-focus = The room talks about
fac-focus-none = No question in particular
fac-lead-nobody = Nobody leads the discussion.
fac-lead-is = { $name } leads the discussion.
fac-lead-give-to = Discussion leader
fac-lead-none = Nobody
fac-away-since = { $m ->
    [0] away since just now
   *[other] away for { $m } min
}
fac-open-step = Open { $step }
fac-catalog-rooms = Rooms of about { $n }, a note-taker in each.
fac-paper-lacks = { $n ->
    [one] one paper is not entered
   *[other] { $n } papers are not entered
}
fac-earlier = Round { $n }
fac-hands-mixed = { $n } rooms in the queue
