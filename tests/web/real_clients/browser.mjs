// An app that signs one person in: says where the browser should go, reads where it came back to, tells what it saw.
import { createInterface } from 'node:readline'
import * as app from './app.mjs'

const { begin, finish, look, refresh, revoke } = app

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]()
const say = (what) => console.log(JSON.stringify(what))

const { address, kept } = await begin()
say({ address })
const first = await finish((await lines.next()).value, kept)
const { sub, ...claims } = first.claims()
const person = await look(first, sub)
const second = await refresh(first)
const again = await look(second, sub)
await revoke(second)
const after = await look(second, sub).then(() => 200, (error) => error.status ?? error.cause?.status)
const leave = app.leave?.(first)
say({ claims, person, again, after, leave, type: second.token_type, isNew: first.access_token !== second.access_token })
process.exit()
