/* SPDX-License-Identifier: EUPL-1.2 */
/* Several houses on Redis. Instances die, hang and are drained; their links are torn; Redis dies, lies, hangs, splits in two and loses what it had. */
#include "sim/many.h"
#include <inttypes.h>

enum { MAGIC_machine = 0x6d616368, BEGIN_MS = 1500, SLOWEST_MS = 5000 }; /* SLOWEST: what is under way to a page that takes nothing */

/* ---- machines ---- */

static void machine_start(struct machine *machine)
{
	struct world *w = machine->w;
	struct many *many = w->many;
	machine->life = life_create(life_loop(machine->box));
	struct loop loop = life_loop(machine->life);
	for (int i = 0; i < 2; i++) {
		machine->links[i] = redis_model_link(many->model, 0, machine->number);
		machine->valves[i] = valve_create(machine->links[i], loop);
	}
	struct journal_redis_options options = { .loop = loop, .desk = valve_link(machine->valves[DESK]), .bell = valve_link(machine->valves[BELL]),
						 .durability = many->durability, .mac_key = slice_text("deployment"), .rules = BOLLPLANK_RULES };
	machine->journal = journal_redis_create(&options);
	struct house_parts parts = world_parts(w);
	parts.loop = loop;
	parts.journal = tap_create(machine, machine->journal);
	machine->house = house_create(&parts);
	transport_test_serve(machine->net, house_transport(), machine->house);
	machine->state = MACHINE_UP;
	machine->well_ms = loop_now(w->loop);
	w->houses[machine->number] = machine->house;
}

/* Without a word to anybody, or what is left of it after a polite stop. */
static void machine_kill(struct machine *machine)
{
	struct world *w = machine->w;
	loop_stop(w->loop, machine->timer);
	machine->timer = NULL;
	if (machine->journal.self)
		journal_redis_destroy(machine->journal);
	machine->journal.self = NULL;
	transport_test_crash(machine->net);
	house_destroy(machine->house);
	life_end(machine->life);
	life_pause(machine->box, false);
	for (int i = 0; i < 2; i++) {
		if (!valve_closed(machine->valves[i]))
			redis_model_abandon(machine->links[i]);
		valve_destroy(machine->valves[i]);
	}
	tap_destroy(machine->tap);
	machine->house = w->houses[machine->number] = NULL;
	machine->state = MACHINE_DOWN;
	many_names_finish(&machine->names);
	free(machine->order);
	machine->order = NULL;
	machine->order_room = 0;
	machine->blurred = false;
	many_audit(w->many);
}

static void on_machine(void *ctx)
{
	struct machine *machine = CAST(ctx, machine);
	struct world *w = machine->w;
	machine->timer = NULL;
	switch (machine->state) {
	case MACHINE_DOWN:
		world_tell(w, "instance %u starts", machine->number);
		machine_start(machine);
		break;
	case MACHINE_PAUSED:
		world_tell(w, "instance %u goes on", machine->number);
		machine->state = MACHINE_UP;
		machine->well_ms = loop_now(w->loop);
		life_pause(machine->box, false);
		break;
	case MACHINE_DRAINING: /* it has stopped */
		world_tell(w, "instance %u has stopped", machine->number);
		machine_kill(machine);
		machine->timer = loop_after(w->loop, w->many->calm ? 0 : world_draw(w, 2000), on_machine, machine);
		break;
	case MACHINE_UP:
		break;
	}
}

static void on_journal_stopped(void *ctx)
{
	struct machine *machine = CAST(ctx, machine);
	machine->journal.self = NULL;
	machine->timer = loop_after(machine->w->loop, 0, on_machine, machine); /* not from inside its own call */
}

static void on_house_stopped(void *ctx)
{
	struct machine *machine = CAST(ctx, machine);
	machine->journal.ops->stop(machine->journal.self, on_journal_stopped, machine);
}

static void on_united(void *ctx)
{
	struct machine *machine = CAST(ctx, machine);
	machine->part_timer = NULL;
	machine->well_ms = loop_now(machine->w->loop);
	redis_model_part(machine->w->many->model, machine->number, false);
}

/* ---- Redis ---- */

static const char *place(const struct many *many)
{
	static const char *const names[] = { "fine", "sick", "down", "split" };
	return names[many->site];
}

static void on_next(void *ctx)
{
	struct many *many = ctx;
	many->timer = NULL;
	many->next(many);
}

static void then(struct many *many, enum site_state site, uint64_t ms, void (*next)(struct many *many))
{
	many->site = site;
	many->next = next;
	if (!many->calm)
		many->timer = loop_after(many->w->loop, ms, on_next, many);
	world_tell(many->w, "redis is %s", place(many));
}

static void fine(struct many *many)
{
	many->site = SITE_FINE;
	many->next = NULL;
	world_tell(many->w, "redis is fine, its log has %" PRIu64, many_length(many_primary(many), many->w->sid));
}

static void come_back(struct many *many)
{
	redis_model_restart(many_primary(many), many->losing, many->calm || world_draw(many->w, 2) ? 0 : world_draw(many->w, 500));
	fine(many);
	many_audit(many);
}

static uint64_t out_for(struct world *w)
{
	return world_draw(w, 3) ? 20 + world_draw(w, 1500) : 1000 + world_draw(w, 9000);
}

static void die(struct many *many, uint32_t losing)
{
	struct world *w = many->w;
	many->losing = losing;
	if (world_draw(w, 4))
		redis_model_kill(many_primary(many));
	else
		redis_model_power(many_primary(many));
	then(many, SITE_DOWN, out_for(w), come_back);
}

static void well(struct many *many)
{
	struct redis_model_server *server = many_primary(many);
	redis_model_pause(server, false);
	redis_model_full(server, false);
	redis_model_disk(server, false);
	redis_model_pace(many->model, 0, 2);
	fine(many);
}

/* The replica is the primary from now on, with what it has. */
static void change_over(struct many *many)
{
	many->primary = 1 - many->primary;
	redis_model_lag(many_primary(many), 0, 2);
	redis_model_promote(many_primary(many));
	redis_model_address(many->model, 0, many_primary(many));
}

static void second_again(struct many *many)
{
	struct redis_model_server *old = many->servers[1 - many->primary];
	if (!redis_model_up(old))
		redis_model_restart(old, 0, 0);
	redis_model_demote(old, many_primary(many));
	fine(many);
}

static void fail_over(struct many *many)
{
	change_over(many);
	fine(many);
	many_audit(many);
	then(many, SITE_SICK, world_draw(many->w, 4000), second_again);
}

static void primary_dies(struct many *many)
{
	struct world *w = many->w;
	if (world_draw(w, 4))
		redis_model_kill(many_primary(many));
	else
		redis_model_power(many_primary(many));
	then(many, SITE_DOWN, 20 + world_draw(w, 3000), fail_over);
}

static void unite(struct many *many)
{
	struct redis_model_server *old = many->servers[1 - many->primary];
	many->w->split_until_ms = loop_now(many->w->loop) + SLOWEST_MS;
	many_reunion(many, old);
	for (unsigned i = 0; i < MACHINES; i++) {
		redis_model_address_for(many->model, 0, i, NULL);
		many->machines[i].aside = false;
		many->machines[i].well_ms = loop_now(many->w->loop);
	}
	redis_model_demote(old, many_primary(many));
	if (many->calm || world_draw(many->w, 2))
		redis_model_cut_server(old);
	fine(many);
	many_audit(many);
}

static void split(struct many *many)
{
	struct world *w = many->w;
	unsigned stay = 1 + (unsigned)world_draw(w, (1u << MACHINES) - 2); /* some stay with the old one, some do not */
	struct redis_model_server *old = many_primary(many);
	redis_model_detach(many->servers[1 - many->primary]);
	change_over(many);
	for (unsigned i = 0; i < MACHINES; i++) {
		many->machines[i].well_ms = loop_now(w->loop);
		many->machines[i].aside = (stay & 1u << i) != 0;
		if (many->machines[i].aside)
			redis_model_address_for(many->model, 0, i, old);
		else
			redis_model_cut_all(many->model, i);
	}
	w->split_until_ms = UINT64_MAX;
	many->split_ms = loop_wall(w->loop);
	then(many, SITE_SPLIT, 500 + world_draw(w, 9000), unite);
}

/* ---- mishaps: a table; each says whether it could happen now ---- */

static struct machine *some_machine(struct many *many)
{
	struct machine *machine = &many->machines[world_draw(many->w, MACHINES)];
	return machine->state == MACHINE_UP ? machine : NULL;
}

static bool instance_dies(struct many *many)
{
	struct machine *machine = &many->machines[world_draw(many->w, MACHINES)];
	if (!many_alive(machine))
		return false;
	world_tell(many->w, "instance %u dies", machine->number);
	machine_kill(machine);
	machine->timer = loop_after(many->w->loop, world_draw(many->w, 3) ? world_draw(many->w, 1000) : world_draw(many->w, 8000), on_machine, machine);
	many->w->out->crashes++;
	return true;
}

static bool instance_hangs(struct many *many)
{
	struct machine *machine = some_machine(many);
	if (machine == NULL)
		return false;
	world_tell(many->w, "instance %u hangs", machine->number);
	machine->state = MACHINE_PAUSED;
	life_pause(machine->box, true);
	machine->timer = loop_after(many->w->loop, 100 + world_draw(many->w, world_draw(many->w, 2) ? 1500 : 9000), on_machine, machine);
	return true;
}

static bool instance_drained(struct many *many)
{
	struct machine *machine = some_machine(many);
	if (machine == NULL)
		return false;
	world_tell(many->w, "instance %u is drained", machine->number);
	machine->state = MACHINE_DRAINING;
	house_stop(machine->house, on_house_stopped, machine);
	return true;
}

static bool links_cut(struct many *many)
{
	struct machine *machine = some_machine(many);
	if (machine == NULL)
		return false;
	world_tell(many->w, "links of instance %u are cut", machine->number);
	machine->well_ms = loop_now(many->w->loop);
	if (world_draw(many->w, 2))
		redis_model_cut(machine->links[DESK]);
	else
		redis_model_cut_all(many->model, machine->number);
	return true;
}

static bool bell_cut(struct many *many)
{
	struct machine *machine = some_machine(many);
	if (machine == NULL)
		return false;
	world_tell(many->w, "bell of instance %u is cut", machine->number);
	redis_model_cut(machine->links[BELL]);
	return true;
}

static bool parted(struct many *many)
{
	struct machine *machine = some_machine(many);
	if (machine == NULL || machine->part_timer)
		return false;
	world_tell(many->w, "instance %u and redis are parted", machine->number);
	redis_model_part(many->model, machine->number, true);
	machine->part_timer = loop_after(many->w->loop, 50 + world_draw(many->w, 6000), on_united, machine);
	return true;
}

static bool dies_with_all(struct many *many)
{
	if (many->site != SITE_FINE || many->aof == REDIS_MODEL_AOF_NONE)
		return false;
	die(many, 0);
	return true;
}

static bool dies_empty(struct many *many)
{
	if (many->site != SITE_FINE)
		return false;
	die(many, REDIS_MODEL_ALL);
	return true;
}

static bool dies_short(struct many *many)
{
	if (many->site != SITE_FINE || many->aof == REDIS_MODEL_AOF_NONE)
		return false;
	die(many, 1 + (uint32_t)world_draw(many->w, 60));
	return true;
}

/* Both at a time: what only they had is gone, and is excused. */
static bool dies_with_instances(struct many *many)
{
	struct world *w = many->w;
	if (many->site != SITE_FINE || many->aof == REDIS_MODEL_AOF_NONE)
		return false;
	die(many, 1 + (uint32_t)world_draw(w, 30));
	for (unsigned i = 0; i < MACHINES; i++)
		if (many_alive(&many->machines[i]) && world_draw(w, 4)) {
			machine_kill(&many->machines[i]);
			many->machines[i].timer = loop_after(w->loop, world_draw(w, 6000), on_machine, &many->machines[i]);
			w->out->crashes++;
		}
	return true;
}

static bool stale_fail_over(struct many *many)
{
	struct world *w = many->w;
	if (many->site != SITE_FINE)
		return false;
	redis_model_lag(many->servers[1 - many->primary], 0, world_draw(w, 3) ? world_draw(w, 3000) : 2);
	then(many, SITE_SICK, world_draw(w, 3000), primary_dies);
	return true;
}

static bool splits(struct many *many)
{
	struct world *w = many->w;
	if (many->site != SITE_FINE)
		return false;
	redis_model_lag(many->servers[1 - many->primary], 0, world_draw(w, 2) ? world_draw(w, 1500) : 2);
	then(many, SITE_SICK, world_draw(w, 1500), split);
	return true;
}

static bool hangs(struct many *many)
{
	if (many->site != SITE_FINE)
		return false;
	redis_model_pause(many_primary(many), true);
	then(many, SITE_SICK, 100 + world_draw(many->w, 7000), well);
	return true;
}

static bool refuses(struct many *many)
{
	if (many->site != SITE_FINE)
		return false;
	if (world_draw(many->w, 2))
		redis_model_full(many_primary(many), true);
	else
		redis_model_disk(many_primary(many), true);
	then(many, SITE_SICK, 100 + world_draw(many->w, 3000), well);
	return true;
}

static bool slow(struct many *many)
{
	if (many->site != SITE_FINE)
		return false;
	redis_model_pace(many->model, 0, 5 + world_draw(many->w, 300));
	then(many, SITE_SICK, 500 + world_draw(many->w, 4000), well);
	return true;
}

static bool lineage_changes(struct many *many)
{
	if (many->site != SITE_FINE)
		return false;
	redis_model_lineage(many_primary(many));
	return true;
}

static bool functions_gone(struct many *many)
{
	if (many->site != SITE_FINE)
		return false;
	redis_model_flush_functions(many_primary(many));
	return true;
}

static bool never(struct many *many)
{
	(void)many;
	return false;
}

enum { BEHIND = 16 };
static const struct {
	const char *name;
	unsigned weight;
	bool (*happens)(struct many *many);
} mishaps[] = {
	{ "instance killed", 5, instance_dies },
	{ "instance hung", 4, instance_hangs },
	{ "instance drained", 2, instance_drained },
	{ "links cut", 6, links_cut },
	{ "bell cut", 3, bell_cut },
	{ "instance parted", 3, parted },
	{ "redis back with all", 3, dies_with_all },
	{ "redis back empty", 2, dies_empty },
	{ "redis back, tail gone", 3, dies_short },
	{ "redis and instances", 1, dies_with_instances },
	{ "stale fail-over", 3, stale_fail_over },
	{ "split brain, healed", 4, splits },
	{ "redis hung", 3, hangs },
	{ "redis full or failing", 2, refuses },
	{ "net slow", 2, slow },
	{ "functions gone", 1, functions_gone },
	{ "hello to one behind", 0, never }, /* BEHIND: happens by itself */
	{ "lineage changed", 1, lineage_changes },
};
_Static_assert(sizeof mishaps / sizeof *mishaps <= MISHAPS_MOST, "no room in the result");

const char *world_mishap(unsigned number)
{
	return number < sizeof mishaps / sizeof *mishaps ? mishaps[number].name : NULL;
}

static void mishap(struct world *w)
{
	struct many *many = w->many;
	unsigned all = 0, count = sizeof mishaps / sizeof *mishaps;
	for (unsigned i = 0; i < count; i++)
		all += mishaps[i].weight;
	for (unsigned tries = 0; tries < 4; tries++) {
		unsigned at = (unsigned)world_draw(w, all), i = 0;
		while (at >= mishaps[i].weight)
			at -= mishaps[i++].weight;
		if (!mishaps[i].happens(many))
			continue;
		world_tell(w, "mishap: %s", mishaps[i].name);
		w->out->mishaps[i]++;
		return;
	}
}

static void crash(struct world *w)
{
	if (world_draw(w, 2) && instance_dies(w->many))
		w->out->mishaps[0]++;
}

static void heal(struct world *w)
{
	struct many *many = w->many;
	many->calm = true;
	many->calm_ms = loop_now(w->loop);
	world_tell(w, "the trouble is over");
	while (many->site != SITE_FINE) {
		loop_stop(w->loop, many->timer);
		many->timer = NULL;
		many->next(many);
	}
	redis_model_pace(many->model, 0, 2);
	for (unsigned i = 0; i < MACHINES; i++) {
		struct machine *machine = &many->machines[i];
		if (machine->part_timer) {
			loop_stop(w->loop, machine->part_timer);
			on_united(machine);
		}
		if (machine->timer && machine->state != MACHINE_DRAINING) {
			loop_stop(w->loop, machine->timer);
			on_machine(machine);
		}
	}
}

/* ---- the rest of the ground ---- */

static void start(struct world *w)
{
	struct many *many = w->many = check_alloc(1, sizeof *many);
	unsigned level = (unsigned)world_draw(w, 4);
	many->w = w;
	many->durability = level == 0 ? REDIS_DURABILITY_MEMORY : level == 1 ? REDIS_DURABILITY_AOF : REDIS_DURABILITY_REPLICATED;
	many->aof = level == 0 ? REDIS_MODEL_AOF_NONE : REDIS_MODEL_AOF_ALWAYS;
	many->model = redis_model_create(w->loop);
	many->servers[0] = redis_model_server(many->model, many->aof);
	many->servers[1] = redis_model_replica(many->servers[0], many->aof);
	redis_model_address(many->model, 0, many->servers[0]);
	w->houses_count = MACHINES;
	for (unsigned i = 0; i < MACHINES; i++) {
		struct machine *machine = &many->machines[i];
		machine->magic = MAGIC_machine;
		machine->w = w;
		machine->number = i;
		machine->box = life_create(w->loop);
		machine->net = transport_test_create(life_loop(machine->box));
		machine_start(machine);
	}
	loop_test_advance(w->test, BEGIN_MS);
}

static bool quiet(struct world *w)
{
	struct many *many = w->many;
	struct position tip = { 0, many_length(many_primary(many), w->sid) };
	bool any = false;
	if (many->site != SITE_FINE)
		return false;
	for (unsigned i = 0; i < MACHINES; i++) {
		struct machine *machine = &many->machines[i];
		if (machine->state != MACHINE_UP)
			return false;
		struct hall *hall = house_hall(machine->house, w->sid);
		if (hall == NULL || (hall->fault == FAULT_later && hall->seats.count == 0)) /* it could not be read when somebody came, who has gone: read anew for the next */
			continue;
		any = true;
		if (!hall_serves(hall) || hall->stable < tip.seq || hall->pendings || hall->waits_count || session_seq(hall->session) != tip.seq || !tap_level(machine->tap))
			return false;
	}
	return any;
}

static struct transport_test *door(struct world *w, struct page *page)
{
	struct many *many = w->many;
	struct machine *living[MACHINES];
	unsigned count = 0;
	for (unsigned i = 0; i < MACHINES; i++) /* whoever deals them out does not see at once that one is hung */
		if (many->machines[i].state == MACHINE_UP || (many->machines[i].state == MACHINE_PAUSED && world_draw(w, 4) == 0))
			living[count++] = &many->machines[i];
	if (count == 0)
		return NULL;
	struct machine *machine = living[page->number >= 1000 ? page->number % count : world_draw(w, count)];
	struct hall *hall = house_hall(machine->house, w->sid);
	if (page->actor && hall && hall->session && session_seq(hall->session) < page->done)
		w->out->mishaps[BEHIND]++;
	return machine->net;
}

static bool nowhere(struct world *w)
{
	const struct many *many = w->many;
	for (unsigned i = 0; i < SERVERS; i++) {
		bool counts = i == many->primary || many->site == SITE_SPLIT, known = many_length(many->servers[i], w->sid) > 0;
		for (unsigned m = 0; m < MACHINES; m++)
			known |= many_well(&many->machines[m], i, WELL_MS) && many->machines[m].names.count > 0;
		if (counts && !known)
			return true;
	}
	return false;
}

static struct position tip(struct world *w)
{
	struct journal_entry e = { 0 };
	uint64_t seq = many_length(many_primary(w->many), w->sid);
	many_line(many_primary(w->many), w->sid, seq, &e);
	return e.position;
}

static bool entry(struct world *w, uint64_t seq, struct journal_entry *out)
{
	return many_line(many_primary(w->many), w->sid, seq, out);
}

static void end(struct world *w)
{
	struct many *many = w->many;
	if (many->calm_ms && w->calm_since_ms > many->calm_ms)
		w->out->settled_ms = w->calm_since_ms - many->calm_ms;
	loop_stop(w->loop, many->timer);
	for (unsigned i = 0; i < MACHINES; i++) {
		struct machine *machine = &many->machines[i];
		loop_stop(w->loop, machine->part_timer);
		loop_stop(w->loop, machine->timer);
		machine->timer = machine->part_timer = NULL;
		if (many_alive(machine))
			machine_kill(machine);
	}
	loop_test_advance(w->test, 10 * 60 * 1000); /* what is still on its way arrives nowhere */
	redis_model_destroy(many->model);
	for (unsigned i = 0; i < MACHINES; i++) {
		life_end(many->machines[i].box);
		loop_test_settle(w->test);
		transport_test_destroy(many->machines[i].net);
	}
	loop_test_settle(w->test);
	free(many->states.at);
	free(many->offers);
	free(many);
}

const struct ground ground_many = {
	.mishaps = 30, .start = start, .mishap = mishap, .crash = crash, .heal = heal, .quiet = quiet, .door = door, .nowhere = nowhere, .tip = tip, .entry = entry,
	.noted = many_noted, .ledger = many_ledger, .check = many_check, .end = end,
};
