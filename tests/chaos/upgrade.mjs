// SPDX-License-Identifier: EUPL-1.2
// An upgrade while people vote: three instances of one version on one Redis, behind a proxy, are replaced one after the other, by a polite end and a start of the next version. Nothing that
// was saved may be missing, nobody may be away for long, those who must go elsewhere do not all come in the same moment, and a session that is made while both versions run is understood by both.
//   node tests/chaos/upgrade.mjs --next DIR [--build DIR] [--people N] [--keep]     DIR of --next: a build with -DBOLLPLANK_RULES=2
import { spawn } from "node:child_process"
import { open, readFile } from "node:fs/promises"
import path from "node:path"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import { COMMAND, PHASE } from "../e2e/page.mjs"
import { readLog } from "../e2e/recount.mjs"
import { absences, check, readMoments, savedBy } from "./check.mjs"
import { Hand, settled, Watcher } from "./people.mjs"
import { pause, Stage, within } from "./places.mjs"
import { finish, verdict } from "./verdicts.mjs"
const { values: options } = parseArgs({ options: { people: { type: "string", default: "150" }, keep: { type: "boolean" }, next: { type: "string" }, build: { type: "string", default: process.env.BOLLPLANK_BUILD ?? "build/dev" } } })
if (!options.next) { console.error("upgrade.mjs: --next is missing: the build of the next version"); process.exit(2) }
const people = +options.people, AWAY_MS = 5000, BUCKET_MS = 250, HEAL_MS = 20000, BETWEEN_MS = 5000, MADE_MS = 20000, SPREAD_MS = 2000

const stage = new Stage({ level: "aof", builds: [options.build], keep: options.keep })
await stage.start()
const RULES = 47, rules = (log) => [log[0].form[0], ...log.filter((one) => one.command === RULES).map((one) => one.form[0])] // 6.5: by which this session is judged, one after the other

/** A session made at one instance, with a watcher and a hand at each of the three. */
async function made(at, title) {
	const said = (await stage.bollplank("create", "--plain", "--rehearsal", "--language", "sv", "--url", `http://127.0.0.1:${at.port}`, "--key-file", stage.keyFile, "--title", title,
		"--question", "Vad nu?", "--choice", "--item", "Ett", "--item", "Två", "--item", "Tre")).toString()
	const links = Object.fromEntries(said.trim().split("\n").map((line) => line.split(/=(.*)/s))), [sid, token] = links.facilitator.split("#")[1].split(".")
	const session = { ...links, sid, token: Buffer.from(token, "base64url"), at }
	const watchers = stage.instances.map((one) => new Watcher(one, session).come())
	await watchers[0].ask("join", 0, 0, [])
	await watchers[0].ask("open", 1, 0, [0])
	await watchers[0].ask("look", 1, 0, []) // so that each ballot is seen
	const hands = stage.instances.map((one) => new Hand(one, links.code, 300).come())
	for (const hand of hands) await hand.ask("join", 0, 0, [])
	for (const hand of hands) { await hand.until(() => hand.phase(1)[0] === PHASE.OPEN); hand.go() }
	return { title, session, watchers, hands }
}

const sessionAt = (at, title) => within(MADE_MS, made(at, title), `a session ${title} is understood by all`), sessions = [await sessionAt(stage.instances[0], "before")]
const session = await stage.create("--workshop", path.join(path.dirname(fileURLToPath(import.meta.url)), "rounds.yaml")), file = path.join(stage.folder, "rehearse"), moments = path.join(stage.folder, "moments"), out = await open(file, "a")
const crowd = spawn(stage.client, ["rehearse", session.facilitator, "--people", people, "--rooms", Math.ceil(people / 6), "--drive", "--arrive", 1, "--seconds", 10, "--patience", 40, "--quiet", "--seed", 1, "--moments", moments].map(String),
	{ stdio: ["ignore", out.fd, out.fd] })
process.once("exit", () => crowd.kill("SIGKILL"))
const ended = new Promise((go) => crowd.on("exit", (code, signal) => go(code ?? signal)))
await out.close()
const watchers = stage.instances.map((one) => new Watcher(one, session).come())
await watchers[0].until(() => watchers[0].phase(1)[0] === PHASE.OPEN, "the first question is open")

const drains = []
for (const [i, one] of stage.instances.entries()) {
	const from = Date.now(), connected = (await one.figures()).connections, status = await one.drain(), to = Date.now()
	drains.push({ from, to, connected })
	verdict(status === 0, `${one.name} had ${connected} pages and ended by itself after ${to - from} ms (status ${status})`)
	one.build = options.next
	await one.start()
	verdict(await one.answers(), `${one.name} runs the next version after another ${Date.now() - to} ms`)
	if (i === 0) sessions.push(await sessionAt(stage.instances[0], "made at the next version"), await sessionAt(stage.instances[2], "made at the old version"))
	await pause(Math.max(0, BETWEEN_MS - (Date.now() - to))) // an operator looks before going on; and who has ended is forgotten (3.5 s)
}
sessions.push(await sessionAt(stage.instances[1], "after"))

const status = await ended, said = await readFile(file, "utf8"), all = readMoments(await readFile(moments, "utf8"))
verdict(status === 0 && /^4 equal, 0 different, 0 not compared$/m.test(said), `4 results and all own ballots and notes as people were told (status ${status})`)
if (status !== 0) console.log(said)

/** How many came back in each quarter of a second after the end began. */
function histogram({ from, to, connected }, name) {
	const gone = absences(all, from - 50, to + 500), back = gone.map((one) => one.from + one.ms - from), worst = Math.max(0, ...gone.map((one) => one.ms)), rows = []
	for (const ms of back) rows[Math.floor(ms / BUCKET_MS)] = (rows[Math.floor(ms / BUCKET_MS)] ?? 0) + 1
	verdict(gone.length > 0 && worst <= AWAY_MS, `${name}: ${gone.length} of ${connected} pages had to go elsewhere, nobody was away for longer than ${worst} ms`)
	for (let i = 0; i < rows.length; i++) console.log(`     ${String(i * BUCKET_MS).padStart(5)} ms ${String(rows[i] ?? 0).padStart(4)} ${"#".repeat(rows[i] ?? 0)}`)
	const sorted = back.sort((x, y) => x - y), rank = (part) => sorted[Math.floor(part * (sorted.length - 1))], spread = rank(0.9) - rank(0.1)
	verdict(spread >= SPREAD_MS, `${name}: eight of ten of them came within ${spread} ms, and not all at once`)
}
for (const [i, drain] of drains.entries()) histogram(drain, stage.instances[i].name)

async function told(name, place, watchers_, saved) {
	const at = await settled(stage.instances, place, watchers_, HEAL_MS)
	verdict(at, `${name}: all instances show the same (${at})`)
	const logs = await Promise.all(stage.instances.map((one) => stage.bollplank("log", place.facilitator.replace(/:\d+\//, `:${one.port}/`))))
	const log = readLog(logs[0]), { acked, lost } = check(log, saved)
	verdict(logs.every((one) => one.equals(logs[0])), `${name}: they tell the same log`)
	verdict(acked > 0 && lost.length === 0, `${name}: ${acked} acknowledged, ${lost.length} lost${lost.length ? `: ${lost.slice(0, 3).join("; ")}` : ""}; rules ${[...new Set(rules(log))].join(", then ")}`)
	return log
}
await told("the crowd's session", session, watchers, all.filter((one) => one.what === "saved"))
for (const { title, session: one, watchers: row, hands } of sessions) {
	await Promise.race([Promise.all(hands.map((hand) => hand.rest())), pause(HEAL_MS)])
	const log = await told(`a session ${title}`, one, row, hands.flatMap((hand) => savedBy(hand, COMMAND))), numbers = new Set(rules(log)), early = log.find((entry) => entry.command === RULES && entry.at < drains.at(-1).to)
	verdict(!early && (title === "after" ? numbers.size === 1 : log[0].form[0] === 1) && numbers.has(2), `a session ${title} is judged by rules that all instances know: ${[...numbers].join(", then ")}`)
	verdict(hands.every((hand) => hand.acks.length > 3 && hand.odd.length === 0), `a session ${title}: each of its ${hands.length} voted at its own instance (${hands.map((hand) => hand.acks.length)} times)`)
}
await Promise.all([...watchers, ...sessions.flatMap((one) => [...one.watchers, ...one.hands])].map((one) => one.leave()))
const ends = await stage.stop()
verdict(ends.every((end) => end === 0), `the instances ended by themselves when asked (${ends})`)
finish()
