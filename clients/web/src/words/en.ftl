# SPDX-License-Identifier: EUPL-1.2
# Plain English: short sentences, you, verbs on buttons, no exclamation marks.

close = Close
regret = Cancel
optional = (optional)
understood = Got it
copy = Copy
copied = Copied
opening = Opening the workshop
settings = Language and look
settings-language = Language
settings-theme = Light or dark
settings-text = Text size
screen-text = The shared screen as text
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
unnamed = No name
unnamed-n = Participant { $n }
unnamed-some = { $n ->
    [one] One without a name.
   *[other] { $n } without a name.
}
name-change = Change name
lobby-in = You are in. It starts soon. Keep this page open.
lobby-try = Try moving the dot. Practice, not saved.
wait-next = The next step opens soon. Carry on talking in your room.
wait-next-alone = The next step opens soon. Keep this page open.
room-number = Room { $room }
room-named = Room { $room }, { $name }
room-needed = Rooms answer together here. You get a room when the facilitator moves you to one.
room-holds = The room answers together. What you save last counts for the whole room.
agree-ask = { $name } suggests: { $said }. Do you agree?
agree-ask-room = The room’s answer: { $said }. Do you agree?
agree-ask-name = { $name } has put the room’s answer. Do you agree?
agree-ask-list = The room’s answer stands above. Do you agree?
agree-yours = Your suggestion. The others say whether they agree.
agree-yes = Agree
agree-no = Not yet
agree-count = { $k } of { $n } agree
agree-all = All { $n } agree
agree-wait = Not yet: { $names }
agree-said-yes = You have agreed.
agree-said-no = You have said not yet. Say what should change.
agree-stale = The answer has just changed. Look at the new one and answer again.
done = I am done
done-lead = Done. What you saved counts. You can change it until the question closes.
done-change = Change
focus-here = The room is talking about this
focus-other = The room is talking about question { $n }.
focus-go = Go there
focus-show = Show the question to the room
focus-next = Next question for the room
focus-now = The room is talking about: { $title }
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
open = Open. Your answer is stored with your name, but screens only show how many.
open-room = Open. The room's answer is seen by all.
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
store-away = Nothing can be saved since { $time }. What is saved is kept. What you do now is kept here and is sent as soon as possible.
lost-ballot = The server had an interruption, and what you last saved on “{ $title }” was lost.
lost-unsure = The server had an interruption. It is not certain that what you last saved on “{ $title }” was counted.
lost-note = The server had an interruption, and a note was lost.
lost-note-refused = A note could not be saved.
lost-was = You had: { $words }
lost-closed = It cannot be sent again now. Tell the facilitator.
lost-send = Send again
lost-leave = Leave it
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
time-still = Paused
time-still-said = The time is paused.
time-runs-said = The time runs again.
time-grace = Time is up. Finish now, you have { $s } { $s ->
    [one] second
   *[other] seconds
}.
closed = Voting is closed. What you saved counts.
closed-empty = Voting is closed.
closed-now = Closed
result-hidden = The facilitator will show the result later.
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
share-room = { $share } your room
share-all = { $share } all
round-before = Round { $n }: { $what }
round-all = All, round { $n }
round-median = Middle in round { $n }
round-at = middle in round { $n }: { $at }
round-which = Which round
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

minutes = { $m } min
act-no-contact = No contact with the server. Nothing happened. Try again when contact is back.
act-no-saving = Nothing can be saved right now. Nothing happened. Try again when it can.

fault-none = Saved.
fault-recovered = The pen had changed hands. What you wrote is saved among the room’s suggestions, where the note-taker sees it.
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

# participant
open-text = Open. Your answer is stored with your name, but shown without it.
secret-text = Secret. Nobody can see who has written what.
fault-off_scale = The answer was beyond the ends of the line. What you saved before counts.
fault-pen_needed = Somebody else has the room's pen. Nothing was changed.
fault-not_the_outcome = The order does not match the result. Nothing was changed. Mark that you depart from it if that is what you want.
fault-no_note = The note is no longer there. Somebody may have removed it.
fault-no_group = There is no such group. Reload the page.
fault-plenary_full = The room has already sent as many notes to all as it may. Take one back if you want to change.
fault-no_paper = There are more paper ballots than were announced. Change the number first.
next-question = Next question
level-chosen = Chosen: { $words }

rate-empty = Tap the line where you think you are.
rate-none = Not placed
rate-at = { $n } of 100
rate-near = { $n } of 100, nearest to “{ $end }”
rate-middle = { $n } of 100, half way
rate-number = Your dot, from 0 to 100
rate-less = Less
rate-more = More
rate-remove = Take back
rate-gate = The discussion opens when everybody in the room is done.
rate-gate-open = Everybody in the room has answered. Talk about why you see it differently.
rate-gate-secret = Everybody in the room has answered. Talk about why you see it differently. The spread is shown when the facilitator shows the result.
rate-sentence = The middle is at { $median } of 100, nearest to “{ $end }”. Half of the answers lie between { $q1 } and { $q3 }.
rate-sentence-middle = The middle is at { $median } of 100, half way. Half of the answers lie between { $q1 } and { $q3 }.
rate-one = One answer: { $median } of 100.
result-none-answers = Nobody has answered.
rate-spread = Wide spread
rate-room = Your room, { $n } { $n ->
    [one] answer
   *[other] answers
}
rate-all = All, { $n } answers
rate-you = you: { $n }
rate-is-median = the middle
rate-is-half = half of the answers
rate-answers = Answers
rate-mean = Mean
rate-median = Middle (median)
rate-half = Half lie between
rate-between = { $from } and { $to }
rate-width = Spread
rate-wide = wide
rate-narrow = not wide
rate-yours = Your dot

text-task = Write in your own words.
text-label = Your answer
text-warn = Do not write personal details about others.
text-left = { $n ->
    [one] Room for one more character
   *[other] Room for { $n } more characters
}
text-long = The text is too long. Shorten it and it will be saved.
text-none = No answer yet
text-count = { $n ->
    [one] One answer
   *[other] { $n } answers
}
text-same = { $n } people
text-yours = your answer
text-removed = (removed)
text-more = { $n ->
    [one] One more answer does not fit here.
   *[other] { $n } more answers do not fit here.
}

rank-task = Tap them in the order you want. Place { $k } at most.
rank-order = Your order
rank-empty = None is placed yet.
rank-order-room = The room's order
rank-row = { $item }, place { $place } of { $of }
rank-place = Place { $item } as number { $place }
rank-up = Move { $item } up
rank-down = Move { $item } down
rank-remove = Take { $item } out of the order
rank-count = { $n } of { $k } placed
rank-now = { $item }, place { $place }.
rank-removed = { $item } is not placed.
rank-full = { $k } are placed. Take one out if you want to change.
rank-first = At the top, with { $count } points, stands “{ $item }”.
rank-even = Several have equally many points: { $count }.
rank-points = { $n } points
rank-points-help = Place 1 gives { $k } points, place { $k } gives 1.

group-jump = Jump to
group-other = Others
group-results = Area by area
group-rows = Row by row
col-group = Area
col-points = Points
dots-in-group = { $n ->
    [0] no dots here
    [one] one dot here
   *[other] { $n } dots here
}

pen-offer = The room has no note-taker. Will you take notes?
pen-offer-away = { $name } has been away for a while. Will you take notes?
pen-somebody = The note-taker
pen-take = Yes, I will take notes
pen-not-now = Not now
pen-takes = { $name } takes notes.
pen-takes-somebody = Somebody in the room takes notes.
pen-away = { $name } takes notes, but is away just now.
pen-nobody = Nobody takes notes yet.
pen-you = You take notes.
pen-yours = You are taking notes now. The whole room sees what you write.
pen-now = { $name } takes notes now.
pen-to-notes = To the notes
pen-casts = { $name } has the pen and saves the room's answer.
room-notes = Notes
room-notes-n = { $n ->
    [0] No notes.
    [one] One note.
   *[other] { $n } notes.
}
note-observation = Observation
note-idea = Idea
note-decision = Decision
note-question = Question
note-example = Good example
note-pitfall = Pitfall
note-parking = Parking lot
suggest-label = Suggest a note
suggest-hint = Whoever takes notes sees the suggestion and can use it.
suggest-send = Send the suggestion
suggest-yours = Your suggestions
suggest-waits = with the note-taker
help-ask = Ask for help
help-up = The facilitator sees that you want help.
help-queue = The facilitator sees that you want help. You are number { $n } in the queue.
help-down = We no longer need help
help-minutes = Ask for 5 minutes
help-minutes-up = You have asked for { $m } more minutes. The facilitator sees it.
help-minutes-queue = You have asked for { $m } more minutes. You are number { $n } in the queue.
help-minutes-down = We do not need more time
leader-is = { $name } leads the discussion.
leader-somebody = Somebody in the room leads the discussion.
leader-you = You lead the discussion.
leader-nobody = Nobody leads the discussion yet.
leader-take = I lead the discussion
leader-give = Hand over the discussion
leader-to = Who leads the discussion?
leader-lay = Stop leading
leader-taken = Somebody else was first and leads the discussion.
leader-role = discussion leader
people-away = away just now
people-away-for = away for { $m } min
people-some-away = { $n ->
    [one] One is away just now.
   *[other] { $n } are away just now.
}
ready-room = We are done
ready-yes = The room is done with this step.
ready-no = Not done yet
back-in = Everybody back in { $time }.
back-now = Time to come back.



# notes
notes-title = Notes
notes-none = No notes yet.
notes-sent = sent to all
notes-final = final
notes-writing = { $name } is writing
notes-you = You
notes-about = Question { $n }: { $title }
notes-about-step = The whole step
notes-about-label = The next row is about
notes-about-row = The row is about
notes-about-back = Previous question
notes-is-final = Final
notes-about-now = New rows are now about { $title }
notes-earlier = { $n ->
    [one] One earlier wording
   *[other] { $n } earlier wordings
}
notes-rescued = Recovered
notes-rescuing = On its way to the room’s suggestions.
notes-rescued-lead = This was not saved before the pen changed hands. It stays here until you have dealt with it.
notes-suggest = Suggest
notes-suggested = Suggested to the room's note-taker.
notes-copy-failed = The text could not be copied. Select it and copy it by hand.
notes-pen-yours = You have the pen
notes-pen-offered = You were away for a while, so the room is offered the pen. It is yours until somebody else takes it.
notes-pen-keep = Keep the pen
notes-pen-give = Hand over the pen
notes-pen-to = Who will take notes?
notes-pen-lay = Lay down the pen
notes-pen-giving = The pen is handed to { $name }.
notes-pen-laid = The pen is free. Anybody can take it.
notes-next-step = The next step has begun: { $step }. Finish writing, or go there now.
notes-go-on = Go there
notes-room = The room
notes-talk = Discuss now, question { $n } of { $of }
notes-parts = Parts of the step
notes-minutes = { $least }–{ $most } min
notes-show-result = Show the spread
notes-hide-result = Hide the spread
notes-ballot = My vote
notes-ballot-missing = { $n ->
    [one] one left
   *[other] { $n } left
}
notes-kind = Type
notes-kind-of = Type, row { $n } of { $of }
notes-row = { $kind }, row { $n } of { $of }
notes-menu = Choices for row { $n } of { $of }
notes-menu-title = Choices for the row
notes-placeholder = Write what the room says
notes-left = { $n } characters left
notes-acts = Row { $n }
notes-send = Send to all, { $n } of { $k }
notes-send-free = Send to all
notes-take-back = Take back from all
notes-send-empty = Write something on the row first.
notes-send-full = The room has sent { $k } of { $k }. Take one back to send another.
notes-sent-said = Sent to all, { $n } of { $k }.
notes-sent-said-free = Sent to all.
notes-unsent-said = Taken back from all.
notes-mark-final = Mark as final
notes-mark-working = Mark as working material
notes-final-said = Marked as final.
notes-working-said = Marked as working material.
notes-up = Move up
notes-down = Move down
notes-moved = Moved to place { $n } of { $of }.
notes-drop = Take the row away
notes-dropped = The row is gone. You can undo it.
notes-undo = Undo taking away
notes-restored = The row is back.
notes-new-row = New row, { $kind }.
notes-key-enter = new row
notes-key-line = line break
notes-key-move = move
notes-key-send = send to all
notes-key-leave = leave the list
notes-key-signs = First on an empty row, with a space:
notes-people = In the room, { $n }
notes-holder = Takes notes
notes-tray = Suggestions from the room, { $n }
notes-tray-new = A new suggestion from the room.
notes-tray-from = from { $name }
notes-tray-rescued = recovered, from { $name }
notes-tray-step = (step { $step })
notes-take = Take in
notes-taken = In the notes now, last.
notes-aside = Put aside
notes-put-aside = Put aside.
