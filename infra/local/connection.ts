/** Passes a TCP connection to Node's HTTP server, with the verb LIST disguised. */

import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { createListDisguise } from './listVerb.ts';

/** A stream with the bytes of `socket` and its remote address, which requests read from there. */
export function disguisedConnection(socket: Socket): Duplex {
  const disguise = createListDisguise();
  const stream = new Duplex({
    read: () => socket.resume(),
    write: (bytes, encoding, done) => socket.write(bytes, encoding, done),
    final: (done) => socket.end(done),
    destroy: (error, done) => {
      socket.destroy();
      done(error);
    },
  });
  socket.on('data', (bytes) => {
    if (!stream.push(disguise(bytes))) socket.pause();
  });
  socket.on('end', () => stream.push(null));
  socket.on('error', () => stream.destroy());
  socket.on('close', () => stream.destroy());
  stream.on('error', () => {}); // A write after the client has disconnected. There is nothing left to do.
  return Object.assign(stream, { remoteAddress: socket.remoteAddress });
}
