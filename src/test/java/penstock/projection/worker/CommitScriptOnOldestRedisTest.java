package penstock.projection.worker;

import penstock.redis.RedisServer;

/** On the oldest version that is supported. */
class CommitScriptOnOldestRedisTest extends CommitScriptContract {

  @Override
  RedisServer startServer() {
    return RedisServer.startBundled("--appendfsync", "always");
  }
}
