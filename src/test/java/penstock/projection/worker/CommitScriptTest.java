package penstock.projection.worker;

import penstock.redis.RedisServer;

/** On the server of this machine. */
class CommitScriptTest extends CommitScriptContract {

  @Override
  RedisServer startServer() {
    return RedisServer.start("--appendfsync", "always");
  }
}
