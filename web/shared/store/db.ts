/* What a phone keeps when there is no network: answers as they last were, drafts, and things waiting to be
 * sent. Everything belongs to one account; signing out removes it from the device. Where IndexedDB is
 * refused (private windows), it lives as long as the page. */
import { type DBSchema, type IDBPDatabase, openDB } from 'idb';
import { toRaw } from 'vue';

export interface Kept { key: string; account: number; at: number; answer: unknown }
export interface Draft { key: string; account: number; at: number; value: unknown }
/* A picture that belongs to a claim, as a data: address, with its own Idempotency-Key. */
export interface Photo { key: string; jpeg: string }
/* One thing to send. `key` is its Idempotency-Key: sending it twice has one effect. */
export interface Waiting {
    key: string;
    account: number;
    at: number;
    path: string; // template below /api/v1
    params: Record<string, string | number>;
    body: unknown;
    label: string; // what the person sees in the queue
    form: unknown; // what it was made from, to correct it
    photos?: Photo[]; // pictures that go out once `path` gave the claim they belong to
    refused: string; // why the server refused it for good; "" while waiting
}
interface Shape extends DBSchema {
    kept: { key: string; value: Kept; indexes: { account: number } };
    draft: { key: string; value: Draft; indexes: { account: number } };
    waiting: { key: string; value: Waiting; indexes: { account: number } };
}
type Table = 'kept' | 'draft' | 'waiting';
type Row = Kept | Draft | Waiting;

let opened: Promise<IDBPDatabase<Shape> | null> | null = null;
const open = () =>
    (opened ??= openDB<Shape>('shanzhi', 1, {
        upgrade(db) {
            for (const table of ['kept', 'draft', 'waiting'] as const)
                db.createObjectStore(table, { keyPath: 'key' }).createIndex('account', 'account');
        },
    }).catch(() => null));
const memory: Record<Table, Map<string, Row>> = { kept: new Map(), draft: new Map(), waiting: new Map() };

/* Reactive proxies cannot be cloned into the database. */
const plain = <T>(v: T): T => JSON.parse(JSON.stringify(toRaw(v))) as T;

export async function put<T extends Row>(table: Table, row: T): Promise<void> {
    const value = plain(row);
    const db = await open();
    if (db) await db.put(table, value as never);
    else memory[table].set(row.key, value);
}
export async function load<T extends Row>(table: Table, key: string): Promise<T | undefined> {
    const db = await open();
    return (db ? await db.get(table, key) : memory[table].get(key)) as T | undefined;
}
export async function remove(table: Table, key: string): Promise<void> {
    const db = await open();
    if (db) await db.delete(table, key);
    else memory[table].delete(key);
}
export async function all<T extends Row>(table: Table, account: number): Promise<T[]> {
    const db = await open();
    const rows = db ? await db.getAllFromIndex(table, 'account', account)
        : [...memory[table].values()].filter((r) => r.account === account);
    return (rows as T[]).sort((a, b) => a.at - b.at);
}
export async function forgetPerson(account: number): Promise<void> {
    for (const table of ['kept', 'draft', 'waiting'] as const)
        for (const row of await all(table, account)) await remove(table, row.key);
}
