// SPDX-License-Identifier: EUPL-1.2
// What browser tests share: the real daemon on a port and journal of its own, and Debian's Chromium kept off the net.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
export const top = resolve(here, "../..");
const require = createRequire(join(top, "clients/web/package.json"));
export const { chromium } = require("playwright-core");
export const axePath = require.resolve("axe-core/axe.min.js");
export const KEY = "browser-test-creation-key";

/** The daemon under test: BOLLPLANK_DAEMON, or the newest of the usual builds. null: there is none. */
export function daemonPath() {
	const places = [process.env.BOLLPLANK_DAEMON, process.env.BOLLPLANK_BUILD && join(process.env.BOLLPLANK_BUILD, "daemon/bollplank-daemon"),
		join(top, "build/release/daemon/bollplank-daemon"), join(top, "build/dev/daemon/bollplank-daemon")];
	return places.find((path) => path && existsSync(path)) ?? null;
}
export const browserPath = () => [process.env.BOLLPLANK_CHROMIUM, "/usr/bin/chromium"].find((path) => path && existsSync(path)) ?? null;
export const out = () => process.env.BOLLPLANK_OUT ?? join(top, "build/tests/browser");

async function freePort() {
	const probe = createServer();
	await new Promise((done) => probe.listen(0, "127.0.0.1", done));
	const { port } = probe.address();
	await new Promise((done) => probe.close(done));
	return port;
}

export class Daemon {
	/** journal: where it keeps things, in place of a folder of its own. */
	static async make(options = [], journal = null) {
		const daemon = new Daemon();
		daemon.journal = journal;
		daemon.folder = await mkdtemp(join(tmpdir(), "bollplank-browser-"));
		daemon.port = await freePort();
		daemon.options = options;
		daemon.log = "";
		await writeFile(join(daemon.folder, "key"), KEY, { mode: 0o600 });
		await daemon.start();
		return daemon;
	}
	get origin() { return `http://127.0.0.1:${this.port}`; }
	async start() {
		this.process = spawn(daemonPath(), ["--listen", `127.0.0.1:${this.port}`, ...(this.journal ?? ["--state", this.folder]), "--creation-key", join(this.folder, "key"), "--catalog", join(top, "catalog"), ...this.options],
			{ stdio: ["ignore", "pipe", "pipe"] });
		this.ended = new Promise((done) => this.process.once("exit", done));
		for (const stream of [this.process.stdout, this.process.stderr])
			stream.on("data", (bytes) => { this.log += bytes; });
		const until = Date.now() + 20_000;
		for (;;) {
			if (this.process.exitCode !== null)
				throw new Error(`the daemon ended by itself:\n${this.log}`);
			try {
				if ((await fetch(`${this.origin}/healthz`)).status === 200)
					return;
			} catch { /* not yet */ }
			if (Date.now() > until)
				throw new Error(`the daemon is not ready after 20 s:\n${this.log}`);
			await new Promise((done) => setTimeout(done, 50));
		}
	}
	async kill(signal = "SIGKILL") {
		this.process.kill(signal);
		await this.ended;
	}
	async finish() {
		if (this.process.exitCode === null && this.process.signalCode === null)
			await this.kill("SIGTERM");
		await mkdir(out(), { recursive: true });
		await writeFile(join(out(), "daemon.log"), this.log);
		await rm(this.folder, { recursive: true, force: true });
	}
}

/** A Redis of the test's own: a socket in a folder of its own, no port, nothing on the disk unless asked for. */
export class Redis {
	static async make() {
		const redis = new Redis();
		redis.folder = await mkdtemp(join(tmpdir(), "bollplank-redis-"));
		redis.socket = join(redis.folder, "redis.sock");
		await redis.start();
		return redis;
	}
	get address() { return `unix:${this.socket}`; }
	async start() {
		this.process = spawn(redisPath(), ["--port", "0", "--unixsocket", this.socket, "--save", "", "--dir", this.folder, "--dbfilename", "dump.rdb"], { stdio: "ignore" });
		this.ended = new Promise((done) => this.process.once("exit", done));
		await until("Redis answers", async () => (await this.ask("PING")).startsWith("+PONG"));
	}
	/** One inline command; what it answers first. */
	ask(command) {
		return new Promise((done, fail) => {
			const socket = connect(this.socket, () => socket.write(`${command}\r\n`));
			socket.once("data", (bytes) => { done(String(bytes)); socket.destroy(); });
			socket.once("error", fail);
		});
	}
	signal(name) { this.process.kill(name); }
	async kill() {
		this.process.kill("SIGKILL");
		await this.ended;
		await rm(this.socket, { force: true });
	}
	async finish() {
		this.process.kill("SIGCONT");
		await this.kill();
		await rm(this.folder, { recursive: true, force: true });
	}
}
export const redisPath = () => [process.env.BOLLPLANK_REDIS_SERVER, "/usr/bin/redis-server"].find((path) => path && existsSync(path)) ?? null;

/** One address for people, whichever daemon is behind it: what a load balancer is to them, and one origin to their browser. */
export class Door {
	static async make(daemon) {
		const door = new Door();
		door.behind = daemon;
		door.sockets = new Set();
		door.server = createServer((near) => {
			const far = connect(door.behind.port, "127.0.0.1");
			for (const [one, other] of [[near, far], [far, near]]) {
				door.sockets.add(one);
				one.pipe(other);
				one.on("error", () => other.destroy());
				one.on("close", () => { door.sockets.delete(one); other.destroy(); });
			}
		});
		await new Promise((done) => door.server.listen(0, "127.0.0.1", done));
		return door;
	}
	get origin() { return `http://127.0.0.1:${this.server.address().port}`; }
	/** Whoever comes from now on comes to this one. */
	to(daemon) { this.behind = daemon; }
	async finish() {
		for (const socket of this.sockets)
			socket.destroy();
		await new Promise((done) => this.server.close(done));
	}
}

export async function browser() {
	return chromium.launch({
		executablePath: browserPath(),
		args: [...(process.getuid() ? [] : ["--no-sandbox"]), "--disable-background-networking", "--disable-component-update", "--disable-default-apps", "--disable-sync",
			"--no-first-run", "--no-pings", "--dns-prefetch-disable"],
	});
}

/** Ask again and again until it is so; a test never sleeps for a guessed time. */
export async function until(what, ask, ms = 15_000) {
	const end = Date.now() + ms;
	let last;
	for (;;) {
		try {
			last = await ask();
			if (last)
				return last;
		} catch (e) {
			last = e.message;
		}
		if (Date.now() > end)
			throw new Error(`not within ${ms} ms: ${what} (last: ${JSON.stringify(last)})`);
		await new Promise((done) => setTimeout(done, 50));
	}
}
