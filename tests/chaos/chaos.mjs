// SPDX-License-Identifier: EUPL-1.2
// The chaos test: three daemons on one Redis behind a proxy that deals in turn, 150 simulated people on all of them, and in each round one or two faults drawn from a seed:
// instances and Redis are killed, stopped, drained, paused and cut. What somebody was told is saved must be in the log and count, and all instances must show the same in the end.
import { spawn } from "node:child_process"
import { open, readFile } from "node:fs/promises"
import path from "node:path"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import { COMMAND, PHASE } from "../e2e/page.mjs"
import { readLog, recount } from "../e2e/recount.mjs"
import { absences, check, readMoments, savedBy, tally } from "./check.mjs"
import { Hand, settled, Watcher, whereabouts } from "./people.mjs"
import { eventually, pause, Stage, within } from "./places.mjs"

const usage = `node tests/chaos/chaos.mjs [--rounds N] [--people N] [--seed N] [--only FAULT[,FAULT]] [--control] [--keep]

  --rounds N   how many (default 5): three of five with Redis' file on disk (level aof), the others with a Redis that forgets all when it dies (level memory)
  --people N   simulated people in each (default 150)
  --seed N     draws faults and moments (default 1)
  --only ...   these faults in each round, in this order
  --tail       no rounds; only what happens to a tail that one instance alone has when Redis forgets
  --control    is the test able to fail? Redis without a file and all instances die together: all of it must be reported as lost
  --keep       leave the folders with logs and ledgers, and say where
  --build DIR  the build to test (default $BOLLPLANK_BUILD or build/dev)
`
const { values: options } = parseArgs({ options: { rounds: { type: "string", default: "5" }, people: { type: "string", default: "150" }, seed: { type: "string", default: "1" }, only: { type: "string" },
	control: { type: "boolean" }, tail: { type: "boolean" }, keep: { type: "boolean" }, help: { type: "boolean" }, build: { type: "string", default: process.env.BOLLPLANK_BUILD ?? "build/dev" } } })
if (options.help) { console.log(usage); process.exit(0) }
const rounds = +options.rounds, people = +options.people, seed = +options.seed
const workshop = path.join(path.dirname(fileURLToPath(import.meta.url)), "rounds.yaml")

const HANDS = 4            // at each instance
const HAND_MS = 300
const BANNER_MS = 2000     // P14: until a page says that nothing can be saved
const PRESENCE_MS = 5000   // until the head count is right after an instance died
const BACK_MS = 5000       // P10: until people are back elsewhere
const OPEN_MS = 6000       // P11 wishes for 3 s at the 99th of 100, which is printed; a round does not fail for a machine with other work to do
const OPEN_TWO_MS = 15000  // the same when an instance is missing, too: the others give it time to write back what only it may have
const HEAL_MS = 20000
const ROUND_MS = 90000

// --- chance, from the seed: the same faults at the same moments ---

class Dice {
	constructor(from) { this.state = BigInt(from) * 0x9e3779b97f4a7c15n }
	below(n) {
		this.state = (this.state + 0x9e3779b97f4a7c15n) & 0xffffffffffffffffn
		let z = this.state
		z = ((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n) & 0xffffffffffffffffn
		z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & 0xffffffffffffffffn
		return Number((z ^ (z >> 31n)) % BigInt(n))
	}
	between(least, most) { return least + this.below(most - least + 1) }
	shuffled(list) { return list.map((one) => [this.below(1 << 30), one]).sort(([x], [y]) => x - y).map(([, one]) => one) }
}

// --- verdicts and figures ---

let passed = 0, failed = 0, acked = 0, lost = 0, divergent = 0, twice = 0
const ok = (what) => { passed++; console.log(`ok   ${what}`) }
const bad = (what) => { failed++; console.log(`FAIL ${what}`) }
const figures = new Map() // name -> ms
const figure = (name, ms) => (figures.get(name) ?? figures.set(name, []).get(name)).push(ms)
const rank = (sorted, part) => sorted[Math.floor(part * (sorted.length - 1))]

// --- faults: each begins, lasts, and is undone; it gives {from, to} and what it touched ---

const faults = {
	async kill(stage, one, ms) { const from = Date.now(); await one.kill(); await pause(ms); await one.start(); return { from } },
	async "kill-all"(stage, _, ms) { const from = Date.now(); await Promise.all(stage.instances.map((one) => one.kill())); await pause(ms); await Promise.all(stage.instances.map((one) => one.start())); return { from } },
	async hang(stage, one, ms) { const from = Date.now(); one.signal("SIGSTOP"); await pause(ms); one.signal("SIGCONT"); return { from } },
	async drain(stage, one, ms) { const from = Date.now(), status = await one.drain(); if (status !== 0) bad(`${one.name} ended with ${status} when it was asked to`); await pause(ms); await one.start(); return { from } },
	async "redis-kill"(stage, one, ms) { const from = Date.now(); await stage.redis.kill(); await pause(ms); return { from, open: await stage.redis.start() } },
	async "redis-hang"(stage, one, ms) { const from = Date.now(); stage.redis.signal("SIGSTOP"); await pause(ms); stage.redis.signal("SIGCONT"); return { from, open: Date.now() } },
	async "redis-pause"(stage, one, ms) { const from = Date.now(); await stage.redis.say(`CLIENT PAUSE ${ms}`); await pause(ms); return { from, open: Date.now() } },
	async "redis-cut"(stage) { const from = Date.now(); await stage.redis.say("CLIENT KILL TYPE normal"); return { from } },
	async cut(stage) { const from = Date.now(); await stage.proxy.ask("cut"); return { from } },
}
const lasts = { kill: [1500, 4000], "kill-all": [0, 500], hang: [3000, 6000], drain: [1000, 3000], "redis-kill": [500, 3000], "redis-hang": [3000, 6000], "redis-pause": [3000, 4000], "redis-cut": [0, 0], cut: [0, 0] }
const ofInstance = new Set(["kill", "hang", "drain"]), redisAway = new Set(["redis-kill", "redis-hang", "redis-pause"])

/** Draws faults for the rounds on one Redis. As cards dealt until all are out: in few rounds each comes about as often as the others. */
class Plan {
	left = []
	constructor(level, dice) {
		Object.assign(this, { level, dice, cards: Object.keys(faults).filter((name) => level === "aof" || (name !== "redis-kill" && name !== "kill-all")) }) // a Redis that forgets needs somebody who remembers
	}
	card(fits = () => true) {
		if (!this.left.some(fits)) this.left.push(...this.dice.shuffled(this.cards))
		return this.left.splice(this.left.findIndex(fits), 1)[0]
	}
	names(first) {
		if (options.only) return options.only.split(",")
		if (this.level === "memory") {
			const other = this.card()
			// What only one process has yet, when Redis forgets, must not die with it a moment later: those are two faults at one place, for which nobody promises anything.
			return other === "kill" || other === "drain" ? [other, "redis-kill"] : ["redis-kill", other]
		}
		if (first) return ["kill"]
		const one = this.card()
		return this.dice.below(4) > 0 ? [one, this.card((other) => other !== one && redisAway.has(other) !== redisAway.has(one))] : [one]
	}
	/** What happens in a round: [{name, instance, after, ms}]. In the first one somebody dies and stays away until everybody has noticed. */
	round(first) {
		const order = this.dice.shuffled([0, 1, 2])
		let after = this.dice.between(0, 1500)
		return this.names(first).map((name, i) => {
			const one = { name, instance: ofInstance.has(name) ? order[i] : -1, after, ms: first && name === "kill" ? PRESENCE_MS + 1000 : this.dice.between(...lasts[name]) }
			after += this.dice.between(1200, 2500)
			return one
		})
	}
}

// --- a session that goes on through all rounds: hands at each instance, a watcher at each ---

async function standing(stage) {
	const session = await stage.create("--title", "Hela tiden", "--question", "Vad nu?", "--choice", "--item", "Ett", "--item", "Två", "--item", "Tre")
	const watchers = stage.instances.map((one) => new Watcher(one, session).come())
	await watchers[0].ask("join", 0, 0, [])
	await watchers[0].ask("open", 1, 0, [0])
	await watchers[0].ask("look", 1, 0, [])
	const hands = stage.instances.flatMap((one) => Array.from({ length: HANDS }, () => new Hand(one, session.code, HAND_MS).come()))
	for (const hand of hands) await hand.ask("join", 0, 0, [])
	for (const one of [...watchers, ...hands]) await one.until(() => one.phase(1)[0] === PHASE.OPEN, "the question of the session that goes on")
	const everybody = await eventually(PRESENCE_MS, () => watchers.every((one) => one.here === hands.length))
	everybody ? ok(`${stage.level}: all ${watchers.length} instances say that ${hands.length} are here`) : bad(`${stage.level}: who is here: ${watchers.map((one) => one.here)}, and not ${hands.length}`)
	for (const hand of hands) hand.go()
	return { session, watchers, hands }
}

/** It comes to rest; then all instances show the same, the count is that of the log, and nothing that was saved is missing. */
async function look(stage, whole, what) {
	const { session, watchers, hands } = whole
	await Promise.race([Promise.all(hands.map((one) => one.rest())), pause(HEAL_MS)])
	const busy = hands.filter((one) => one.outbox.length)
	if (busy.length) bad(`${what}: ${busy.length} hands got no answer: ${busy.slice(0, 3).map((one) => `${one.instance.name} ${one.welcome ? "connected" : "away"} status ${one.status} number ${one.outbox[0].number}`).join("; ")}`)
	if (!(await settled(stage.instances, session, watchers, HEAL_MS))) { divergent++; return bad(`${what}: the session that goes on is not the same everywhere`) }
	const logs = await exportAll(stage, session, what)
	if (!logs) return
	const saved = hands.flatMap((one) => savedBy(one, COMMAND)), found = check(logs.log, saved)
	told(found, `${what}, the session that goes on`, whole)
	const [, shown] = [...watchers[0].section("result", 1)].at(-1) ?? [], bytes = Buffer.from(shown?.[3] ?? [])
	const wanted = tally(logs.log, 1), own = [0x90 | wanted.length, ...wanted]
	bytes.equals(Buffer.from(own)) ? ok(`${what}: everybody sees the tally of the log, ${shown[0]} ballots`) : (divergent++, bad(`${what}: the tally is ${bytes.toString("hex")}, the log's ${Buffer.from(own).toString("hex")}`))
	const odd = hands.flatMap((one) => one.odd.splice(0))
	if (odd.length) bad(`${what}: hands were refused with ${[...new Set(odd)]}`)
}

/** The log as each instance tells it: the same bytes. */
async function exportAll(stage, session, what) {
	try {
		const all = await Promise.all(stage.instances.map((one) => stage.bollplank("log", stage.direct(session.facilitator, one))))
		if (all.some((one) => !one.equals(all[0]))) { divergent++; bad(`${what}: the instances tell different logs (${all.map((one) => one.length)} bytes)`) }
		return { bytes: all[0], log: readLog(all[0]) }
	} catch (error) {
		lost++
		bad(`${what}: the log cannot be had: ${String(error.stderr ?? error).trim().slice(0, 300)}`)
		return undefined
	}
}

/** seen: of a session that goes on, so that what was counted before is not counted again. */
function told({ acked: count, lost: gone, again }, what, seen = {}) {
	acked += count - (seen.acked ?? 0)
	twice += again - (seen.twice ?? 0)
	lost += gone.length
	Object.assign(seen, { acked: count, twice: again })
	gone.length === 0 && count > 0 ? ok(`${what}: ${count} acknowledged, 0 lost`) : bad(`${what}: ${count} acknowledged, ${gone.length} LOST: ${gone.slice(0, 3).join("; ")}`)
}

// --- a round ---

async function rehearse(stage, session, number) {
	const moments = path.join(stage.folder, `moments-${number}`), file = path.join(stage.folder, `rehearse-${number}`), out = await open(file, "a")
	const child = spawn(stage.client, ["rehearse", session.facilitator, "--people", people, "--rooms", Math.ceil(people / 6), "--drive", "--arrive", 1, "--seconds", 2, "--patience", 40, "--quiet", "--seed", seed * 1000 + number,
		"--moments", moments].map(String), { stdio: ["ignore", out.fd, out.fd] })
	const kill = () => child.kill("SIGKILL")
	process.once("exit", kill)
	await out.close()
	const timer = setTimeout(() => child.kill("SIGTERM"), ROUND_MS)
	const ended = new Promise((go) => child.on("exit", (code, signal) => { clearTimeout(timer); process.off("exit", kill); go(code ?? signal) }))
	return { ended, said: () => readFile(file, "utf8"), moments: async () => readMoments(await readFile(moments, "utf8")) }
}

/** The banner: each page at an instance that runs says within two seconds that nothing can be saved, as long as that is so. */
function banner(fault, others, { watchers }, what) {
	if (fault.to - fault.from < BANNER_MS + 300 || others.some((other) => other.name === "kill-all")) return
	for (const one of watchers) {
		if (others.some((other) => other.instance >= 0 && watchers[other.instance] === one && other.from < fault.to && other.to + 3000 > fault.from)) continue // it was not itself
		if (one.statuses.findLast(([at]) => at < fault.from)?.[1]) continue // it said so already
		const at = one.statuses.find(([at, status]) => at >= fault.from && status !== 0)?.[0] ?? Infinity
		figure("banner after Redis stopped", at - fault.from)
		if (at - fault.from > BANNER_MS) bad(`${what}: ${one.instance.name} did not say within ${BANNER_MS} ms that nothing can be saved (${at - fault.from} ms)`)
	}
}

function reopened(fault, others, { hands, watchers }, what) {
	if (others.some((other) => (redisAway.has(other.name) && other.from < fault.open + OPEN_MS && other.to > fault.from) || other.name === "kill-all")) return // it stopped again before that, or nobody was there
	const missing = others.filter((other) => other.instance >= 0 && other.from < fault.open + OPEN_TWO_MS && other.to + BACK_MS > fault.from), most = missing.length ? OPEN_TWO_MS : OPEN_MS
	for (const [i, { instance }] of watchers.entries()) {
		if (missing.some((other) => other.instance === i)) continue // it was not itself
		const at = Math.min(...hands.filter((one) => one.instance === instance).flatMap((one) => one.acks.filter((at) => at > fault.open)))
		figure(`saved again after ${fault.name}${missing.length ? ", one missing" : ""}`, at - fault.open)
		if (at - fault.open > most) bad(`${what}: at ${instance.name} nothing was saved for ${at - fault.open} ms after Redis was there again`)
	}
}

/** Those who were at an instance that died are no longer counted. */
function presence(fault, { watchers, hands }, what) {
	const wanted = hands.length - HANDS, others = watchers.filter((_, i) => i !== fault.instance)
	for (const one of others) {
		const at = one.heres.find(([at, here]) => at >= fault.from && here === wanted)?.[0] ?? Infinity
		figure("head count right", at - fault.from)
		if (at - fault.from > PRESENCE_MS) bad(`${what}: ${one.instance.name} did not say within ${PRESENCE_MS} ms that ${wanted} are here: ${one.heres.filter(([at]) => at >= fault.from).map(([at, here]) => `${here} after ${at - fault.from} ms`).join(", ")}`)
	}
}

/** How long those who lost their connection without wishing so were away. */
function away(moments, fault, others, what) {
	const out = absences(moments, fault.from - 50, fault.to).map((one) => one.ms), alone = !others.some((other) => redisAway.has(other.name))
	for (const ms of out) figure(`back elsewhere after ${fault.name}${alone ? "" : ", Redis away"}`, ms)
	const late = out.filter((ms) => ms > BACK_MS)
	if (alone && late.length > out.length / 100) bad(`${what}: ${late.length} of ${out.length} were away for longer than ${BACK_MS} ms (${Math.max(...late)} ms)`)
}

async function round(stage, number, whole, plan, sessions) {
	const what = `round ${number}`
	console.log(`--   ${what} (${stage.level}): ${plan.map((one) => `${one.name}${one.instance >= 0 ? ` ${one.instance + 1}` : ""} after ${one.after} ms for ${one.ms} ms`).join(", ")}`)
	const session = await stage.create("--workshop", workshop)
	const crowd = await rehearse(stage, session, number), watchers = stage.instances.map((one) => new Watcher(one, session).come())
	sessions.push({ session, watchers, moments: crowd.moments, number })
	await watchers[0].until(() => watchers[0].phase(1)[0] === PHASE.OPEN, "the first question is open", 30000)
	const done = await Promise.all(plan.map(async (one) => {
		await pause(one.after)
		const fault = { ...one, ...(await faults[one.name](stage, stage.instances[one.instance], one.ms)), to: Date.now() }
		console.log(`     ${one.name}${one.instance >= 0 ? ` ${one.instance + 1}` : ""} is over after ${fault.to - fault.from} ms`)
		if (one.name === "kill" && fault.to - fault.from > PRESENCE_MS) presence(fault, whole, what)
		return fault
	}))
	const status = await crowd.ended, said = await crowd.said(), moments = await crowd.moments()
	if (!(await eventually(HEAL_MS, () => [whole.watchers, watchers].every((row) => row.every((one) => one.welcome && one.status === 0))))) bad(`${what}: not healed: ${whereabouts([...whole.watchers, ...watchers])}`)
	if (status === 0 && /^4 equal, 0 different, 0 not compared$/m.test(said)) ok(`${what}: 4 results and all own ballots and notes as people were told`)
	else { divergent += /DIFFERENT/.test(said); bad(`${what}: the rehearsal ended with ${status}:\n${said.replace(/^/gm, "       ")}`) }
	for (const fault of done) {
		const others = done.filter((other) => other !== fault)
		if (redisAway.has(fault.name)) { banner(fault, others, whole, what); reopened(fault, others, whole, what) }
		if (fault.name === "kill" || fault.name === "kill-all" || fault.name === "drain" || fault.name === "cut") away(moments, fault, others, what)
	}
	await verdict(stage, session, watchers, moments, what)
	await look(stage, whole, what)
	for (const hand of whole.hands) hand.go()
}

/** The session of a round, at rest: frames, logs and report of all instances, counted again by others. */
async function verdict(stage, session, watchers, moments, what) {
	const at = await settled(stage.instances, session, watchers, HEAL_MS)
	at ? ok(`${what}: all instances show the same at ${at}`) : (divergent++, bad(`${what}: the instances do not show the same`))
	const logs = await exportAll(stage, session, what)
	if (!logs) return
	told(check(logs.log, moments.filter((one) => one.what === "saved")), what)
	const { compared, wrong } = recount(logs.bytes, JSON.parse(await stage.bollplank("report", stage.direct(session.facilitator, stage.instances[0]), "--json")))
	compared > 10 && wrong.length === 0 ? ok(`${what}: counted again, ${compared} values as the report says`) : (divergent++, bad(`${what}: counted again, ${wrong.length} of ${compared} otherwise: ${wrong.slice(0, 3).join("; ")}`))
}

/** The rounds on one Redis. At the end everything once more: what was saved in the first round must have come through the last one. */
async function rounds_(level, count, from) {
	const stage = new Stage({ level, builds: [options.build], keep: options.keep })
	await stage.start()
	const whole = await within(ROUND_MS, standing(stage), `${level}: the beginning`), sessions = [], draw = new Plan(level, new Dice(seed * 2 + (level === "aof" ? 0 : 1)))
	for (let i = 0; i < count; i++) await round(stage, from + i, whole, draw.round(i === 0 && level === "aof"), sessions)
	if (level === "memory" && !options.only) await tail(stage, whole)
	if (count > 1)
		for (const { session, watchers, moments, number } of sessions) {
			if (!(await settled(stage.instances, session, watchers, HEAL_MS))) { divergent++; bad(`round ${number} at the end: not the same everywhere`) }
			const logs = await exportAll(stage, session, `round ${number} at the end`)
			const late = logs && check(logs.log, (await moments()).filter((one) => one.what === "saved"))
			if (late?.lost.length) { lost += late.lost.length; bad(`round ${number} at the end: ${late.lost.length} LOST: ${late.lost[0]}`) }
		}
	await Promise.all([...whole.watchers, ...whole.hands, ...sessions.flatMap((one) => one.watchers)].map((one) => one.leave()))
	await leave(stage)
}

async function leave(stage) {
	const ends = await stage.stop(), odd = stage.instances.flatMap((one) => one.ends.filter((end) => end !== "SIGKILL" && end !== 0).map((end) => `${one.name} ${end}`))
	odd.length === 0 ? ok(`${stage.level}: all instances ended by themselves when asked`) : bad(`${stage.level}: instances ended otherwise: ${odd} (${ends}); ${await lastWords(stage)}`)
	stage.leave()
	process.off("exit", stage.leave)
}

async function lastWords(stage) {
	const logs = await Promise.all(stage.instances.map(async (one) => `${one.name}: ${(await readFile(one.log, "utf8")).split("\n").filter((line) => /ERROR|runtime error|CHECK|SUMMARY/.test(line)).slice(0, 5).join(" | ")}`))
	return logs.join("\n")
}

// --- a story that chance hardly tells ---

/** What only one instance has seen being saved, when Redis forgets and that one hangs for longer than the others wait for it: they go on without, and when it comes back its tail is put behind
 * what they have written meanwhile. */
async function tail(stage, whole) {
	const what = "a tail of one's own", [one, ...others] = stage.instances, own = whole.hands.filter((hand) => hand.instance === one), theirs = whole.hands.filter((hand) => hand.instance !== one)
	for (const other of others) other.signal("SIGSTOP")
	const alone = Date.now(), count = () => own.flatMap((hand) => hand.acks).filter((at) => at > alone + 300).length
	if (!(await eventually(10000, () => count() >= 12))) bad(`${what}: nothing was saved at ${one.name} while it was alone`)
	one.signal("SIGSTOP")
	await stage.redis.kill()
	const empty = await stage.redis.start()
	for (const other of others) other.signal("SIGCONT")
	const going = await eventually(HEAL_MS, () => theirs.some((hand) => hand.acks.some((at) => at > empty)))
	going ? figure("saved again without one that hangs", Date.now() - empty) : bad(`${what}: the others did not go on without ${one.name}`)
	await eventually(2000, () => theirs.every((hand) => hand.acks.filter((at) => at > empty).length > 2))
	one.signal("SIGCONT")
	const back = Date.now()
	if (!(await eventually(HEAL_MS, () => own.every((hand) => hand.acks.some((at) => at > back))))) bad(`${what}: nothing is saved at ${one.name} since it is back: ${whereabouts(whole.watchers)}`)
	console.log(`--   ${what}: ${count()} were saved at ${one.name} alone`)
	await look(stage, whole, what)
	for (const hand of whole.hands) hand.go()
}

async function onlyTail() {
	const stage = new Stage({ level: "memory", builds: [options.build], keep: options.keep })
	await stage.start()
	const whole = await within(ROUND_MS, standing(stage), "the beginning")
	await tail(stage, whole)
	await Promise.all([...whole.watchers, ...whole.hands].map((one) => one.leave()))
	await leave(stage)
}

// --- the control ---

/** Redis without a file and every instance at once: nobody is left who could write anything back. */
async function control() {
	const stage = new Stage({ level: "memory", builds: [options.build], keep: options.keep })
	await stage.start()
	const whole = await within(ROUND_MS, standing(stage), "the beginning")
	await pause(2000)
	await Promise.all(whole.hands.map((one) => one.rest()))
	const saved = whole.hands.flatMap((one) => savedBy(one, COMMAND)), { log } = await exportAll(stage, whole.session, "control")
	const before = check(log, saved)
	before.lost.length === 0 && saved.length > 20 ? ok(`control: ${saved.length} acknowledged, all found before`) : bad(`control: ${before.lost.length} of ${saved.length} lost before anything happened`)
	const without = check(log.filter((one) => one !== log.findLast((entry) => entry.command === COMMAND.ballot)), saved).lost.length
	without === 1 ? ok("control: one entry taken out of the log is found out") : bad(`control: one entry taken out of the log: ${without} lost`)
	await Promise.all([...stage.instances, stage.redis].map((one) => one.kill()))
	await stage.redis.start()
	for (const one of stage.instances) await one.start()
	for (const one of stage.instances) await one.answers()
	const asked = await eventually(HEAL_MS, async () => { // a Redis that has only just started is not believed that there is nothing
		const said = await stage.bollplank("log", whole.session.facilitator).catch((error) => String(error.stderr ?? error))
		return typeof said === "string" && said.includes("503") ? undefined : said
	})
	const after = check(typeof asked === "string" || !asked ? [] : readLog(asked), saved)
	after.lost.length === saved.length && asked ? ok(`control: all ${saved.length} reported as lost (${typeof asked === "string" ? asked.trim() : "another log"})`) : bad(`control: ${after.lost.length} of ${saved.length} reported as lost: ${asked}`)
	await Promise.all([...whole.watchers, ...whole.hands].map((one) => one.leave()))
	await leave(stage)
}

for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"]) process.on(signal, () => process.exit(1))
function broken(error) {
	bad(error?.stack ?? error)
	console.log(`${passed} passed, ${failed} failed, 0 skipped`)
	process.exit(1)
}
process.on("unhandledRejection", broken).on("uncaughtException", broken)
if (options.control) await control()
else if (options.tail) await onlyTail()
else {
	const durable = Math.ceil(rounds * 0.6)
	await Promise.all([rounds_("aof", durable, 1), rounds > durable && rounds_("memory", rounds - durable, durable + 1)]) // side by side: most of the time somebody waits
	for (const [name, all] of [...figures].sort()) {
		const sorted = all.sort((x, y) => x - y)
		console.log(`     ${name.padEnd(34)} p50 ${rank(sorted, 0.5)} ms   p99 ${rank(sorted, 0.99)} ms   most ${sorted.at(-1)} ms   (${sorted.length})`)
	}
	console.log(`acked ${acked}, lost ${lost}, divergent finals ${divergent}, entries twice in a log ${twice}; seed ${seed}`)
}
console.log(`${passed} passed, ${failed} failed, 0 skipped`)
process.exit(failed === 0 ? 0 : 1)
