// A way to the service that can be broken: between each client and the service stands one.
import net from 'node:net';

const BAD_GATEWAY =
  'HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\nContent-Length: 0\r\nConnection: close\r\n\r\n';

export class Link {
  #sockets = new Set();
  #held = [];
  #mode = 'pass';
  #target;
  #server;
  /** How many requests were answered with 502. */
  refused = 0;

  static async to(base) {
    const link = new Link();
    link.#target = new URL(base);
    link.#server = net.createServer(socket => link.#take(socket));
    await new Promise(listening => link.#server.listen(0, '127.0.0.1', listening));
    link.uri = `http://127.0.0.1:${link.#server.address().port}`;
    return link;
  }

  #take(socket) {
    this.#sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => this.#sockets.delete(socket));
    if (this.#mode === 'hold') {
      this.#held.push(socket);
    } else if (this.#mode === 'refuse') {
      socket.once('data', () => {
        this.refused++;
        socket.end(BAD_GATEWAY);
      });
    } else {
      this.#join(socket);
    }
  }

  #join(socket) {
    const service = net.connect(this.#target.port, this.#target.hostname);
    this.#sockets.add(service);
    service.on('error', () => socket.destroy());
    service.on('close', () => {
      this.#sockets.delete(service);
      socket.destroy();
    });
    socket.on('close', () => service.destroy());
    socket.pipe(service, {end: false}).pipe(socket, {end: false});
  }

  /** Breaks all connections; who comes back waits. */
  break() {
    this.#mode = 'hold';
    this.#destroyAll();
  }

  /** Breaks all connections; who comes back is answered with 502. */
  refuse() {
    this.#mode = 'refuse';
    this.#destroyAll();
  }

  /** Lets all pass, also those that wait. */
  pass() {
    this.#mode = 'pass';
    this.#held.splice(0).forEach(socket => this.#join(socket));
  }

  #destroyAll() {
    [...this.#sockets].forEach(socket => socket.destroy());
  }

  close() {
    this.#server.close();
    this.#destroyAll();
  }
}
