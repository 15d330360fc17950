// SPDX-License-Identifier: EUPL-1.2
// What the live module needs from outside: time, chance, a socket, a storage that tabs share. The browser's is below; tests have their own.
import type { Bytes } from "./bytes.js";

export interface Socket {
	send(bytes: Bytes): void;
	close(): void;
}
export interface SocketEvents {
	opened(): void;
	message(bytes: Bytes): void;
	closed(code: number): void;
}
export interface Store {
	get(key: string): string | null;
	set(key: string, value: string): void;
	remove(key: string): void;
	keys(): string[];
}
export interface World {
	/** Milliseconds that only rise. */
	now(): number;
	/** The wall clock, for "used last". */
	wall(): number;
	later(ms: number, call: () => void): () => void;
	random(bytes: number): Bytes;
	connect(events: SocketEvents): Socket;
	store: Store;
	/** Take a name that one tab at a time may hold: a function that says whether it is still ours, and one that lets go; null: held by another. */
	claim(name: string): Promise<Claim | null>;
}
export interface Claim {
	held(): boolean;
	release(): void;
}

/** localStorage, or memory where the browser gives none. */
export function browserStore(): Store {
	try {
		const probe = "bp.probe";
		localStorage.setItem(probe, "1");
		localStorage.removeItem(probe);
		return {
			get: (key) => localStorage.getItem(key),
			set: (key, value) => localStorage.setItem(key, value),
			remove: (key) => localStorage.removeItem(key),
			keys: () => Object.keys(localStorage),
		};
	} catch {
		return memoryStore();
	}
}

export function memoryStore(): Store {
	const map = new Map<string, string>();
	return {
		get: (key) => map.get(key) ?? null,
		set: (key, value) => void map.set(key, value),
		remove: (key) => void map.delete(key),
		keys: () => [...map.keys()],
	};
}

/** Where Web Locks are missing (plain http): a lease in the storage, renewed while the tab runs. It is looked at before every sending, so a tab that slept
 * and lost it draws another lane. */
export const LEASE_MS = 6000;
export function claimByLease(world: Pick<World, "wall" | "later" | "random" | "store">, name: string): Claim | null {
	const key = `bp.held.${name}`;
	const [, at] = (world.store.get(key) ?? "").split(" ");
	if (at !== undefined && Math.abs(world.wall() - Number(at)) < LEASE_MS)
		return null;
	const owner = [...world.random(8)].join("");
	const held = () => world.store.get(key)?.split(" ")[0] === owner;
	const renew = () => {
		world.store.set(key, `${owner} ${world.wall()}`);
		cancel = world.later(LEASE_MS / 3, () => { if (held()) renew(); });
	};
	let cancel = () => {};
	renew();
	return {
		held,
		release() {
			cancel();
			if (held())
				world.store.remove(key);
		},
	};
}

export function browserWorld(): World {
	const store = browserStore();
	const world: World = {
		now: () => performance.now(),
		wall: () => Date.now(),
		later(ms, call) {
			const timer = setTimeout(call, ms);
			return () => clearTimeout(timer);
		},
		random: (bytes) => crypto.getRandomValues(new Uint8Array(bytes)),
		store,
		connect(events) {
			const scheme = location.protocol === "https:" ? "wss:" : "ws:";
			const socket = new WebSocket(`${scheme}//${location.host}/live`, "bollplank.v1");
			socket.binaryType = "arraybuffer";
			socket.onopen = () => events.opened();
			socket.onmessage = (e) => { if (e.data instanceof ArrayBuffer) events.message(new Uint8Array(e.data)); };
			socket.onclose = (e) => events.closed(e.code);
			return {
				send: (bytes) => socket.send(bytes as Uint8Array<ArrayBuffer>),
				close() {
					socket.onopen = socket.onmessage = socket.onclose = null;
					socket.close();
				},
			};
		},
		async claim(name) {
			if (!navigator.locks)
				return claimByLease(world, name);
			return new Promise((resolve) => {
				void navigator.locks.request(`bp.${name}`, { ifAvailable: true }, (lock) => {
					if (!lock) {
						resolve(null);
						return undefined;
					}
					return new Promise<void>((done) => {
						let mine = true;
						resolve({ held: () => mine, release() { mine = false; done(); } });
					});
				});
			});
		},
	};
	return world;
}
