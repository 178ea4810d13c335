package penstock.group;

import penstock.redis.RedisServer;

/** On the server of this machine. */
class GroupScriptTest extends GroupScriptContract {

  @Override
  RedisServer startServer() {
    return RedisServer.start();
  }
}
