// SPDX-License-Identifier: EUPL-1.2
// A polite stop with all kinds of peers connected: those who are in hear 1001, nobody new comes in, the process ends with 0 and
// leaves nothing behind (a sanitizer build or valgrind says so by its status).
//   node tests/e2e/stop.mjs --daemon PATH [--under 'valgrind --leak-check=full --show-leak-kinds=all --error-exitcode=9']
import { spawn } from "node:child_process"
import { Peer, frame, upgrade, OP } from "./raw.mjs"

const option = (name, usual) => { const i = process.argv.indexOf(`--${name}`); return i < 0 ? usual : process.argv[i + 1] }
const path = option("daemon"), under = option("under", "")
if (!path) {
	console.error("stop.mjs: expected --daemon PATH")
	process.exit(2)
}
const failures = []
const check = (what, ok, got = "") => { if (!ok) failures.push(what); console.log(`${ok ? "ok  " : "FAIL"} ${what}${got === "" ? "" : `: ${got}`}`) }

/** Starts it on a port that is free; gives the port, and how it ends. */
async function start() {
	const [command, ...words] = [...under.split(" ").filter(Boolean), path, "--memory", "--listen", "127.0.0.1:0"]
	const child = spawn(command, words, { stdio: ["ignore", "inherit", "pipe"] })
	const ended = new Promise((go) => child.on("exit", (code, signal) => go(code ?? signal)))
	let said = ""
	const port = await new Promise((go) => {
		child.stderr.on("data", (more) => {
			said += more
			const found = /listen address=127\.0\.0\.1:(\d+)/.exec(said)
			if (found && said.includes("start version=")) go(Number(found[1]))
		})
		ended.then(() => go(undefined))
	})
	if (port === undefined) {
		console.error(said)
		throw new Error("the daemon did not start")
	}
	return { child, port, ended, said: () => said }
}

async function politely() {
	const daemon = await start()
	const peers = [...Array(20)].map(() => new Peer(daemon.port).send(upgrade("h")))
	for (const peer of peers) await peer.status(20000)
	peers[0].send(frame(OP.binary, "abc", { claim: 400 }))      // half a message
	peers[1].send(frame(OP.binary, Buffer.alloc(10, 0xc1)))                  // was closed already when the stop comes
	const others = [
		new Peer(daemon.port).send("GET /heal"),                             // half a request
		new Peer(daemon.port).send("POST /api/sessions HTTP/1.1\r\nHost: h\r\nContent-Length: 5000\r\n\r\nxx"),
		new Peer(daemon.port),                                               // silence
		new Peer(daemon.port).send("GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n"), // kept for a next request
	]
	await others[3].status(20000)
	await others[3].until(() => others[3].bytes.includes("}"))
	others[3].bytes = Buffer.alloc(0)
	daemon.child.kill("SIGTERM")
	const codes = await Promise.all(peers.filter((peer) => peer !== peers[1]).map((peer) => peer.closeCode(10000)))
	check("all who were in hear 1001", codes.every((code) => code === 1001), [...new Set(codes)].join())
	const late = new Peer(daemon.port)
	await late.until(() => false, 2000)
	check("nobody new comes in", late.error?.code === "ECONNREFUSED", late.error?.code ?? "came in")
	others[3].send("GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n")
	const health = await others[3].status(2000)
	check("health says that it stops", health === 503 || health === "end", health)
	const begun = Date.now()
	check("ended as asked", (await daemon.ended) === 0)
	check("soon", Date.now() - begun < 30000, `${Date.now() - begun} ms more`)
	if (failures.length) console.log(daemon.said())
}

async function twice() {
	const daemon = await start()
	const peer = new Peer(daemon.port).send(upgrade("h"))
	await peer.status(20000)
	daemon.child.kill("SIGSTOP") // so that it finds both signals
	daemon.child.kill("SIGTERM")
	daemon.child.kill("SIGINT")
	daemon.child.kill("SIGCONT")
	check("a second signal ends it at once, status 3", (await daemon.ended) === 3)
}

await politely()
if (!under) await twice()
console.log(`${failures.length ? "FAILED" : "passed"}`)
process.exit(failures.length ? 1 : 0)
