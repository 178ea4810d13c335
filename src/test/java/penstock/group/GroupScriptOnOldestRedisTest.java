package penstock.group;

import penstock.redis.RedisServer;

/** On the oldest version that is supported. */
class GroupScriptOnOldestRedisTest extends GroupScriptContract {

  @Override
  RedisServer startServer() {
    return RedisServer.startBundled();
  }
}
