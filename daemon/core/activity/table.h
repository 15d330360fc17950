/* SPDX-License-Identifier: EUPL-1.2 */
/* One row for each kind of activity. */
ACTIVITY(dots)
ACTIVITY(choice)
ACTIVITY(rating)
ACTIVITY(ranking)
ACTIVITY(text)
