// SPDX-License-Identifier: EUPL-1.2
// The places of a chaos test: a Redis, instances of the daemon, a proxy in front. Each in the test's own folder and with a process that we started; all end with the test, also when it
// is killed (setpriv asks the kernel for that).
import { execFile, spawn } from "node:child_process"
import { randomBytes } from "node:crypto"
import { existsSync, mkdtempSync, rmSync } from "node:fs"
import { mkdir, open, readFile, writeFile } from "node:fs/promises"
import net from "node:net"
import { tmpdir } from "node:os"
import path from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"

export const pause = (ms) => new Promise((go) => setTimeout(go, ms))
const here = path.dirname(fileURLToPath(import.meta.url)), withUs = ["/usr/bin/setpriv", "/bin/setpriv"].find(existsSync)

/** Waits until it is true of several places at once, for which no single event speaks. Gives what it gave, or undefined. */
export async function eventually(ms, ready) {
	for (const over = Date.now() + ms; ; await pause(20)) {
		const got = await ready()
		if (got) return got
		if (Date.now() > over) return undefined
	}
}

/** The same promise, but it fails when it takes longer. */
export async function within(ms, promise, what) {
	let timer
	const late = new Promise((_, fail) => { timer = setTimeout(() => fail(new Error(`${what}: not within ${ms} ms`)), ms) })
	return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}

/** Ports of this machine that are free, all at once: no two are the same. */
export async function freePorts(count) {
	const servers = await Promise.all(Array.from({ length: count }, () => new Promise((go) => { const one = net.createServer().listen(0, "127.0.0.1", () => go(one)) })))
	const ports = servers.map((one) => one.address().port)
	await Promise.all(servers.map((one) => new Promise((go) => one.close(go))))
	return ports
}

/** One line to a server and the first line it answers; "" when there is none in time. */
function say(where, line, ms = 500) {
	return new Promise((go) => {
		const socket = net.connect(where)
		socket.setTimeout(ms, () => socket.destroy())
		socket.on("connect", () => socket.write(line)).on("data", (bytes) => { go(bytes.toString("latin1").split("\r\n")[0]); socket.destroy() })
		socket.on("error", () => {}).on("close", () => go(""))
	})
}

class Program {
	pid = 0
	stopped = false
	async launch(command, words, log, stdio = []) {
		const out = await open(log, "a"), [first, ...rest] = withUs ? [withUs, "--pdeathsig", "KILL", "--", command, ...words] : [command, ...words]
		const child = spawn(first, rest, { stdio: ["ignore", out.fd, out.fd, ...stdio], env: { ...process.env, ...this.environment } })
		await out.close()
		this.child = child
		this.pid = child.pid
		this.stopped = false
		this.ended = new Promise((go) => child.on("exit", (code, signal) => { if (this.child === child) this.pid = 0; go(code ?? signal) }))
		child.on("error", () => {})
		return child
	}
	signal(name) {
		if (!this.pid) return
		this.stopped = name === "SIGSTOP"
		process.kill(this.pid, name)
	}
	async kill() {
		this.signal("SIGKILL")
		await this.ended
	}
}

export class Redis extends Program {
	/** level: what the daemons promise on it: aof, or memory (no file: it starts empty). */
	constructor(folder, level) {
		super()
		Object.assign(this, { folder, level, socket: path.join(folder, "redis.sock") })
	}
	async start() {
		await mkdir(this.folder, { recursive: true })
		await this.launch("redis-server", ["--port", "0", "--unixsocket", this.socket, "--dir", this.folder, "--save", "", "--appendonly", this.level === "aof" ? "yes" : "no", "--appendfsync", "always"],
			path.join(this.folder, "redis.log"))
		if (!(await eventually(20000, async () => (await this.say("PING")) === "+PONG"))) throw new Error("redis-server does not answer")
		return Date.now()
	}
	/** One command, and the first line of what it answers. */
	say(line) {
		return say({ path: this.socket }, `${line}\r\n`)
	}
}

export class Instance extends Program {
	wanted = false
	starts = 0
	ends = []
	constructor({ folder, name, port, build, words }) {
		super()
		Object.assign(this, { folder, name, port, build, words, log: path.join(folder, `${name}.log`) })
	}
	/** As a supervisor does: an instance that ends without being asked is started again. */
	async start() {
		this.wanted = true
		await this.launch(path.join(this.build, "daemon/bollplank-daemon"), ["--listen", `127.0.0.1:${this.port}`, "--catalog", path.join(here, "../../catalog"), ...this.words], this.log)
		this.starts++
		this.ended.then((status) => {
			this.ends.push(status)
			if (this.wanted) this.again = setTimeout(() => this.wanted && this.start(), 300)
		})
	}
	async kill() {
		this.rest()
		await super.kill()
	}
	/** A polite end. Gives its status. */
	async drain(ms = 25000) {
		this.rest()
		this.signal("SIGTERM")
		const ended = await Promise.race([this.ended, pause(ms).then(() => "still there")])
		if (ended === "still there") await super.kill()
		return ended
	}
	rest() {
		this.wanted = false
		clearTimeout(this.again)
	}
	answers(ms = 20000) {
		return eventually(ms, async () => (await say({ port: this.port, host: "127.0.0.1" }, "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")) !== "")
	}
	/** Its figures, by name without the prefix. */
	async figures() {
		const answer = await fetch(`http://127.0.0.1:${this.port}/metrics`, { signal: AbortSignal.timeout(5000) })
		return Object.fromEntries((await answer.text()).split("\n").filter((line) => line.startsWith("bollplank_")).map((line) => { const [name, value] = line.slice(10).split(" "); return [name, Number(value)] }))
	}
}

export class Proxy extends Program {
	async start(folder, port, backends) {
		this.port = port
		const child = await this.launch(process.execPath, [path.join(here, "proxy.mjs"), port, ...backends].map(String), path.join(folder, "proxy.log"), ["ipc"])
		await new Promise((go, fail) => { child.once("message", go); child.once("exit", () => fail(new Error("the proxy did not start"))) })
	}
	ask(word) {
		return new Promise((go) => { this.child.once("message", (answer) => go(answer[word])); this.child.send(word) })
	}
}

/** Everything together. level: aof or memory. builds: of each instance, or one for all. */
export class Stage {
	constructor({ level, builds, keep = false, count = 3 }) {
		for (const one of builds) for (const program of ["daemon/bollplank-daemon", "clients/bollplank"]) if (!existsSync(path.join(one, program))) throw new Error(`${one}/${program} is missing; build first`)
		Object.assign(this, { level, builds, keep, count })
		this.folder = mkdtempSync(path.join(tmpdir(), "bollplank-chaos-"))
		this.client = path.join(builds[0], "clients/bollplank")
		process.once("exit", (this.leave = () => this.goneAtOnce()))
	}
	async start() {
		const [front, ...ports] = await freePorts(this.count + 1)
		this.keyFile = path.join(this.folder, "creation.key")
		this.macFile = path.join(this.folder, "mac.key")
		for (const file of [this.keyFile, this.macFile]) await writeFile(file, randomBytes(16).toString("hex"), { mode: 0o600 })
		this.redis = new Redis(path.join(this.folder, "redis"), this.level)
		await this.redis.start()
		this.instances = ports.map((port, i) => new Instance({ folder: this.folder, name: `instance-${i + 1}`, port, build: this.builds[i % this.builds.length],
			words: ["--key-file", this.keyFile, "--redis", `unix:${this.redis.socket}`, "--redis-durability", this.level, "--redis-key", this.macFile] }))
		for (const one of this.instances) await one.start()
		for (const one of this.instances) if (!(await one.answers())) throw new Error(`${one.name} does not answer; it said:\n${(await readFile(one.log, "utf8")).slice(-4000)}`)
		this.proxy = new Proxy()
		await this.proxy.start(this.folder, front, ports)
		this.url = `http://127.0.0.1:${front}`
	}
	async bollplank(...words) {
		const { stdout } = await promisify(execFile)(this.client, words, { encoding: "buffer", maxBuffer: 1 << 28, timeout: 60000 })
		return stdout
	}
	/** A session; its links as create --plain says them, and {sid, token} of the facilitator's. */
	async create(...words) {
		const said = (await this.bollplank("create", "--plain", "--rehearsal", "--language", "sv", "--url", this.url, "--key-file", this.keyFile, ...words)).toString()
		const links = Object.fromEntries(said.trim().split("\n").map((line) => line.split(/=(.*)/s))), [sid, token] = links.facilitator.split("#")[1].split(".")
		return { ...links, sid, token: Buffer.from(token, "base64url") }
	}
	/** The link as one instance has it, past the proxy. */
	direct(link, instance) {
		return link.replace(this.url, `http://127.0.0.1:${instance.port}`)
	}
	/** Everything ends; the instances politely. Gives the statuses they ended with. */
	async stop() {
		const ends = await Promise.all(this.instances.map((one) => { one.signal("SIGCONT"); return one.pid ? one.drain() : 0 }))
		await this.proxy.kill()
		await this.redis.kill()
		return ends
	}
	goneAtOnce() {
		for (const one of [...(this.instances ?? []), this.proxy, this.redis]) { if (one?.rest) one.rest(); if (one?.pid) try { process.kill(one.pid, "SIGKILL") } catch { /* it has ended just now */ } }
		if (this.keep) console.log(`left in ${this.folder}`)
		else rmSync(this.folder, { recursive: true, force: true })
	}
}
