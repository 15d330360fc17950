/* SPDX-License-Identifier: EUPL-1.2 */
/* Appends on their way. Each has a slot until the journal has answered it, found by its tag: the slot in the lower half, a number of its own in the upper, so that an
 * answer that comes twice or too late finds nothing. */
#include "shell/orphans.h"

struct pending *pending_add(struct house *house, const struct pending *pending)
{
	uint32_t at = house->pendings_free;
	if (at) {
		house->pendings_free = house->pendings[at - 1].next;
	} else {
		if (house->pendings_used == house->pendings_room) {
			house->pendings_room = house->pendings_room ? 2 * house->pendings_room : 64;
			house->pendings = check_realloc(house->pendings, house->pendings_room, sizeof *house->pendings);
		}
		at = ++house->pendings_used;
	}
	struct pending *made = &house->pendings[at - 1];
	*made = *pending;
	made->tag = house->newest_tag = (uint64_t)++house->serial << 32 | at;
	made->next = 0;
	if (made->seat) {
		made->next = made->seat->pending;
		made->seat->pending = at;
	}
	house->pendings_count++;
	made->hall->pendings++;
	return made;
}

void pending_remove(struct house *house, struct pending *pending)
{
	uint32_t at = (uint32_t)(pending - house->pendings) + 1;
	if (pending->seat) {
		uint32_t *link = &pending->seat->pending;
		while (*link != at)
			link = &house->pendings[*link - 1].next;
		*link = pending->next;
	}
	pending->hall->pendings--;
	*pending = (struct pending){ .next = house->pendings_free };
	house->pendings_free = at;
	house->pendings_count--;
}

struct pending *pending_find(struct house *house, uint64_t tag)
{
	uint32_t at = (uint32_t)tag;
	if (tag == 0 || at == 0 || at > house->pendings_used)
		return NULL;
	struct pending *pending = &house->pendings[at - 1];
	return pending->tag == tag ? pending : NULL;
}

/* ---- to the journal ---- */

int hall_append_bytes(struct hall *hall, const struct entry_bytes *bytes, const struct pending *pending)
{
	struct house *house = hall->house;
	struct body body = { .head = slice_of(bytes->head, bytes->head_len), .form = slice_of(bytes->parts, bytes->form_len),
			     .text = slice_of(bytes->parts + bytes->form_len, bytes->text_len) };
	memcpy(body.digest, bytes->digest, sizeof body.digest);
	if (house->pendings_count >= LIMIT_PENDING_APPENDS)
		return JOURNAL_FULL;
	struct pending *made = pending_add(house, pending);
	int status = house->journal.ops->append(house->journal.self, hall->sid, &body, made->tag);
	if (status < 0)
		pending_remove(house, made);
	return status;
}

int hall_append(struct hall *hall, const struct entry *entry, const struct pending *pending)
{
	struct entry_bytes bytes;
	uint8_t salt[2 * ENTRY_SALT];
	bool seal = pending->kind == PENDING_WAIT && entry->command == COMMAND_seal; /* the orphans wait for it, where one of them was */
#if BOLLPLANK_BUG == 91 /* the seal waits for what waits for it */
	seal = false;
#endif
	if (orphans_wait(hall) && !seal)
		return JOURNAL_AWAY; /* they stood before it */
	loop_random(hall->house->loop, salt, sizeof salt);
	entry_encode(entry, salt, &bytes);
	int status = hall_append_bytes(hall, &bytes, pending);
	trace(TRACE_DEBUG, "append", "session=%s who=%u number=%u command=%u a=%u b=%u status=%d", hall->sid.text, entry->name.who, entry->name.number,
	      entry->command, entry->subject.a, entry->subject.b, status);
	entry_bytes_finish(&bytes);
	return status;
}
