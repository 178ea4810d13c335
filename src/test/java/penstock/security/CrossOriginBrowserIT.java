package penstock.security;

import static org.assertj.core.api.Assertions.assertThat;
import static penstock.Patience.await;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import penstock.BrowserFixture;

/** A page of another origin in a real browser. */
class CrossOriginBrowserIT extends BrowserFixture {

  /** Listens with cookies, posts in binary mode, which is preflighted, then reads. */
  private static final String USE =
      """
      const [service, done] = arguments;
      const events = service + '/streams/orders/events';
      const source = new EventSource(service + '/streams/orders/feed?cursor=earliest',
        {withCredentials: true});
      const received = new Promise((resolve, reject) => {
        source.onmessage = e => resolve(JSON.parse(e.data).id);
        source.onerror = () => reject(new Error('the feed was refused'));
      });
      (async () => {
        const headers = {'Content-Type': 'text/plain', 'ce-specversion': '1.0', 'ce-id': 'x1',
          'ce-source': '/page', 'ce-type': 'said', 'ce-mine': 'm'};
        const posted = await fetch(events,
          {method: 'POST', credentials: 'include', headers, body: 'hello'});
        const cursor = (await posted.json()).cursor;
        const read = await fetch(service + '/views/said/entries?at-least=' + cursor,
          {credentials: 'include'});
        const entry = await fetch(service + '/views/said/entries/said', {credentials: 'include'});
        const refused = await fetch(service + '/views/none');
        return [posted.status, await received, read.headers.get('Penstock-Cursor') !== null,
          entry.headers.get('ETag') !== null, (await refused.json()).status].join(' ');
      })().then(done, failure => done('failed: ' + failure));
      """;

  private HttpServer pages;

  @BeforeEach
  void start() throws IOException {
    pages = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    pages.createContext(
        "/",
        exchange -> {
          exchange.getResponseHeaders().set("Content-Type", "text/html");
          exchange.sendResponseHeaders(200, 0);
          exchange.close();
        });
    pages.start();
    start(
        Map.of(
            "penstock.streams.orders.partitions", "1",
            "penstock.views.said.stream", "orders",
            "penstock.views.said.fold", "count",
            "penstock.views.said.key", "type",
            "penstock.cors.origins", "http://localhost:" + pages.getAddress().getPort()));
  }

  @AfterEach
  void stop() {
    pages.stop(0);
  }

  private Object useFrom(String host) {
    browser.get("http://" + host + ":" + pages.getAddress().getPort() + "/");
    return browser.executeAsyncScript(USE, service.uri());
  }

  @Test
  void aPageOfAListedOriginPostsListensAndReads() {
    await().untilAsserted(() -> assertThat(useFrom("localhost")).isEqualTo("201 x1 true true 404"));
    assertThat(useFrom("127.0.0.1").toString()).startsWith("failed: ");
  }
}
