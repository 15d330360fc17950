/* SPDX-License-Identifier: EUPL-1.2 */
/* VIEW(name, number, meaning): what the shared screen shows. Numbers never change. */
VIEW(JOIN, 0, "code, address and QR, and how many are here")
VIEW(TASK, 1, "the step, its instruction, the timer, k of n")
VIEW(RESULT, 2, "the result of an activity, all together")
VIEW(ROOMS, 3, "rooms side by side with the total")
VIEW(ROOM, 4, "one room beside the total")
VIEW(NOTES, 5, "the notes of a room on the step")
VIEW(PLENARY, 6, "what the rooms have sent to all")
VIEW(ORDER, 7, "the order that a result gives, and what comes next")
