/* SPDX-License-Identifier: EUPL-1.2 */
/* NOTE(name, number, sign, meaning): what a note is. sign: typed first in an empty row it sets the kind. Numbers never change. */
NOTE(observation, 1, "", "something seen or said")
NOTE(idea, 2, "* ", "an idea")
NOTE(decision, 3, "! ", "a decision")
NOTE(question, 4, "? ", "a question")
NOTE(example, 5, "+ ", "a good example")
NOTE(pitfall, 6, "- ", "something to avoid")
NOTE(parking, 7, "> ", "for the parking lot: to be taken up later")
