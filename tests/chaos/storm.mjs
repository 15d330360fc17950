// SPDX-License-Identifier: EUPL-1.2
// A join storm: 1,500 people come within a few seconds through a proxy that deals in turn, to three instances; then one of them is killed, and the other two share who was there.
//   node tests/chaos/storm.mjs [--people N] [--build DIR] [--keep]
import { spawn } from "node:child_process"
import { open, readFile } from "node:fs/promises"
import path from "node:path"
import { parseArgs } from "node:util"
import { eventually, Stage } from "./places.mjs"
import { finish, verdict } from "./verdicts.mjs"
const { values: options } = parseArgs({ options: { people: { type: "string", default: "1500" }, keep: { type: "boolean" }, build: { type: "string", default: process.env.BOLLPLANK_BUILD ?? "build/dev" } } })
const people = +options.people, SHARE = 1.2, ARRIVE_S = 3, STAY_S = 12, JOIN_MS = 30000

const stage = new Stage({ level: "aof", builds: [options.build], keep: options.keep })
await stage.start()
const session = await stage.create("--demo"), file = path.join(stage.folder, "rehearse"), out = await open(file, "a")
const crowd = spawn(stage.client, ["rehearse", session.facilitator, "--people", people, "--arrive", ARRIVE_S, "--seconds", STAY_S, "--patience", 30, "--quiet", "--seed", 1].map(String), { stdio: ["ignore", out.fd, out.fd] })
process.once("exit", () => crowd.kill("SIGKILL"))
const ended = new Promise((go) => crowd.on("exit", (code, signal) => go(code ?? signal)))
await out.close()

const all = (living = stage.instances) => Promise.all(living.map((one) => one.figures())), sum = (rows, name) => rows.reduce((total, one) => total + one[name], 0)
const began = Date.now()
let rows
const share = (counts, what) => {
	const total = counts.reduce((x, y) => x + y, 0), most = Math.max(...counts) / (total / counts.length)
	verdict(total > 0 && most <= SHARE, `${what}: ${counts.join(", ")} of ${total} connections; none took more than ${most.toFixed(2)} times its share`)
}

// Some fall asleep, some have two pages, some come later: so many connections at one time, or more, are everybody who comes at once.
const there = await eventually(JOIN_MS, async () => sum((rows = await all()), "connections") >= people * 0.9)
verdict(there, `${sum(rows, "connections")} pages are connected after ${Date.now() - began} ms`)
share(rows.map((one) => one.opened_total), "when all come")

const [, ...others] = stage.instances, before = await all(), lost = before[0].connections, kept = sum(before.slice(1), "connections")
await stage.instances[0].kill()
const died = Date.now(), back = await eventually(JOIN_MS, async () => sum((rows = await all(others)), "connections") >= (lost + kept) * 0.97)
verdict(back && Date.now() - died < 10000, `one instance died with ${lost} pages; the other two have ${sum(rows, "connections")} after ${Date.now() - died} ms, before that ${kept}`)
share(rows.map((one, i) => one.opened_total - before[i + 1].opened_total), "when one has died")
share(rows.map((one) => one.connections), "who is where then")

const status = await ended, said = await readFile(file, "utf8"), joined = /people joined +(\d+) of (\d+)/.exec(said) ?? []
verdict(status === 0 && +joined[1] === people, `${joined[1]} of ${joined[2]} have joined (status ${status})`)
for (const line of said.split("\n").filter((one) => /joining|came back|come later|turned away|refused/.test(one))) console.log(`     ${line.trim()}`)
if (status !== 0) console.log(said)
const ends = await stage.stop()
verdict(ends.slice(1).every((end) => end === 0), `the instances ended by themselves when asked (${ends.slice(1)})`)
finish()
