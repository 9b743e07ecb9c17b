/** Hands a TCP connection to Node's HTTP server with the verb LIST disguised. */

import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { createListDisguise } from './listVerb.ts';

/** A stream with the bytes of `socket`; the address of the client is copied, since requests look for it there. */
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
  stream.on('error', () => {}); // Writing to a client that has gone: the connection is over, and nothing is lost.
  return Object.assign(stream, { remoteAddress: socket.remoteAddress });
}
