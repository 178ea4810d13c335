package penstock;

import static org.assertj.core.api.Assertions.assertThat;
import static penstock.Patience.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.restassured.RestAssured;
import io.restassured.http.Header;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Level;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.WindowType;
import org.openqa.selenium.logging.LogType;

/**
 * The dashboard and the demos in a real browser, on the packaged service with the streams and views
 * that development declares.
 */
class PagesIT extends BrowserFixture {

  private static final Path DEVELOPMENT = Path.of("src/main/resources/application.properties");

  /** What is wrong with a page for those who cannot see it, or whose window is narrow. */
  private static final String FLAWS =
      """
      const flaws = [];
      for (const part of document.querySelectorAll(
          'input, select, button, canvas, [role=region], [role=log]')) {
        const named = part.labels?.length || part.getAttribute('aria-label')
          || document.getElementById(part.getAttribute('aria-labelledby'))
          || part.matches('button') && part.textContent.trim();
        if (!named) flaws.push('no name: ' + part.outerHTML);
      }
      if (document.documentElement.scrollWidth > innerWidth) {
        flaws.push('wider than ' + innerWidth + ': ' + document.documentElement.scrollWidth);
      }
      if (!document.title || !document.documentElement.lang) flaws.push('no title or language');
      if (document.querySelectorAll('h1').length !== 1) flaws.push('no heading');
      return flaws;
      """;

  private PackagedService other;

  @BeforeEach
  void start() throws IOException {
    start(settings());
  }

  @AfterEach
  void stop() {
    if (other != null) {
      other.close();
    }
  }

  private static Map<String, String> settings() throws IOException {
    Properties all = new Properties();
    try (var in = Files.newBufferedReader(DEVELOPMENT, StandardCharsets.UTF_8)) {
      all.load(in);
    }
    Map<String, String> settings = new HashMap<>();
    for (String name : all.stringPropertyNames()) {
      if (name.startsWith("%dev.")) {
        settings.put(name.substring("%dev.".length()), all.getProperty(name));
      }
    }
    settings.put("penstock.feed.retry", "400ms");
    return settings;
  }

  private void open(PackagedService at, String path) {
    browser.get(at.uri() + path);
    eventually(() -> text("#state").equals("live"));
  }

  private String text(String css) {
    return browser.findElement(By.cssSelector(css)).getText();
  }

  private void type(String css, String text) {
    var field = browser.findElement(By.cssSelector(css));
    field.clear();
    field.sendKeys(text);
  }

  private void click(String css) {
    browser.findElement(By.cssSelector(css)).click();
  }

  private int count(String css) {
    return browser.findElements(By.cssSelector(css)).size();
  }

  private long requestsFor(String part) {
    return (Long)
        browser.executeScript(
            "return performance.getEntriesByType('resource')"
                + ".filter(one => one.name.includes(arguments[0])).length",
            part);
  }

  private static void eventually(Callable<Boolean> holds) {
    await().ignoreExceptions().until(holds);
  }

  /** Errors that the browser reports, such as a breach of the page's content security policy. */
  private List<String> errors() {
    return browser.manage().logs().get(LogType.BROWSER).getAll().stream()
        .filter(entry -> entry.getLevel().intValue() >= Level.SEVERE.intValue())
        .map(Object::toString)
        // Of an entry that is not there yet.
        .filter(error -> !error.contains("/entries/") || !error.contains("404"))
        .toList();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/",
        "/demo/status.html",
        "/demo/chat.html",
        "/demo/tickets.html",
        "/demo/jobs.html"
      })
  void eachPageHasNamesFitsAPhoneAndKeepsItsPolicy(String path) {
    open(service, path);
    assertThat(RestAssured.get(service.uri() + path).headers())
        .extracting(Header::toString)
        .contains("X-Content-Type-Options=nosniff", "Referrer-Policy=no-referrer")
        .anyMatch(
            header ->
                header.startsWith("Content-Security-Policy=default-src 'none'; script-src 'self'")
                    && header.endsWith("frame-ancestors 'none'"));
    for (int width : new int[] {360, 1400}) {
      browser.executeCdpCommand(
          "Emulation.setDeviceMetricsOverride",
          Map.of("width", width, "height", 800, "deviceScaleFactor", 1, "mobile", false));
      assertThat((List<?>) browser.executeScript(FLAWS)).as("%s at %d", path, width).isEmpty();
    }
    assertThat(errors()).as(path).isEmpty();
  }

  @Test
  void theDashboardShowsWhatMovesAndResumes() {
    open(service, "/");
    browser.executeScript("document.querySelector('#stream').value = 'commits';");
    click("summary");
    click("#follow button:not([type])");
    type("#post-type", "dev.git.fix");
    type("#post-subject", "penstock/penstock");
    type("#post-data", "{\"author\":\"me\",\"files\":7}");
    eventually(() -> text("#state").equals("live"));
    click("#post button");
    eventually(() -> text("#events li").contains("penstock/penstock"));
    eventually(() -> text("#streams").matches("(?s).*commits 1 .*"));
    click("[data-view=files-by-repository]");
    eventually(() -> text("#entries").equals("penstock/penstock 7"));
    assertThat(text("#entries-state")).isEqualTo("live");
    eventually(() -> text("#views").contains("files-by-repository sum 1 0 working"));
    assertThat(browser.executeScript("return Chart.getChart('rates').data.datasets.length > 0"))
        .isEqualTo(true);
    // The table was updated since, and the button still has the focus.
    assertThat(browser.switchTo().activeElement().getText()).isEqualTo("files-by-repository");
    browser.switchTo().activeElement().sendKeys(Keys.ENTER);

    click("#pause");
    assertThat(text("#state")).startsWith("paused");
    click("#post button");
    eventually(() -> text("#entries").equals("penstock/penstock 14"));
    assertThat(text("#count")).isEqualTo("1");
    click("#pause");
    eventually(() -> text("#count").equals("2"));
    eventually(() -> text("#state").equals("live · 1 interruption, nothing missed"));

    service.stop();
    eventually(() -> text("#state").contains("connection lost"));
    service.startAgain();
    service.awaitReady();
    click("#post button");
    eventually(() -> text("#count").equals("3"));
    eventually(() -> text("#state").contains("2 interruptions, nothing missed"));

    type("#subject", "nobody");
    click("#follow button:not([type])");
    eventually(() -> text("#state").equals("live"));
    click("#post button");
    eventually(() -> text("#entries").equals("penstock/penstock 28"));
    assertThat(text("#count")).isEqualTo("0");
  }

  /** One fails, one is paused and goes on, and one delivers a part of the log again. */
  @Test
  void sinksArePausedAndResumedAndReplayedWithinARange() throws Exception {
    List<String> got = new CopyOnWriteArrayList<>();
    HttpServer hooks = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    hooks.createContext("/", exchange -> take(exchange, got));
    hooks.start();
    int port = hooks.getAddress().getPort();
    try (Closeable _ = () -> hooks.stop(0)) {
      service.close();
      service = PackagedService.start(directory, onThisRedis(withSinks(port)));
      service.awaitReady();
      open(service, "/");
      say("one");
      eventually(() -> got.equals(List.of("one")));
      eventually(() -> text("#sinks [data-name=broken]").contains("the receiver answered 500"));
      eventually(() -> text("#sinks [data-name=broken]").contains("retrying"));
      click("[aria-label='Pause audit']");
      eventually(() -> text("#sinks [data-name=audit]").contains("paused"));
      String between = Instant.now().plusMillis(1).toString();
      await().until(() -> Instant.now().isAfter(Instant.parse(between)));
      say("two");
      eventually(() -> text("#sinks [data-name=audit]").matches("audit commits webhook 1 .*"));
      screenshot("sinks");
      assertThat((List<?>) browser.executeScript(FLAWS)).isEmpty();
      assertThat(got).containsExactly("one");
      click("[aria-label='Resume audit']");
      eventually(() -> got.equals(List.of("one", "two")));
      eventually(() -> text("#sinks [data-name=audit]").contains("working"));

      click("[aria-label='Replay audit']");
      type("#replay-from", "yesterday:");
      click("#replay button:not([type])");
      eventually(() -> text("#replay output").contains("from"));
      screenshot("sinks-replay");
      type("#replay-from", between);
      click("#replay button:not([type])");
      eventually(() -> got.equals(List.of("one", "two", "two")));
      click("[aria-label='Replay audit']");
      type("#replay-from", "earliest");
      type("#replay-to", between);
      click("#replay button:not([type])");
      eventually(() -> got.equals(List.of("one", "two", "two", "one")));
      say("three");
      eventually(() -> got.equals(List.of("one", "two", "two", "one", "three")));
      browser.executeCdpCommand(
          "Emulation.setDeviceMetricsOverride",
          Map.of("width", 360, "height", 800, "deviceScaleFactor", 1, "mobile", false));
      click("[aria-label='Replay broken']");
      assertThat((List<?>) browser.executeScript(FLAWS)).isEmpty();
      screenshot("sinks-phone");
      assertThat(errors()).allMatch(error -> error.contains("/sinks/audit/replay"));
    }
  }

  private static Map<String, String> withSinks(int port) throws IOException {
    Map<String, String> settings = settings();
    for (String sink : List.of("audit", "broken")) {
      String prefix = "penstock.sinks." + sink + ".";
      settings.put(prefix + "stream", "commits");
      settings.put(prefix + "kind", "webhook");
      settings.put(prefix + "url", "http://127.0.0.1:" + port + "/" + sink);
      settings.put(prefix + "allow-private", "true");
      settings.put(prefix + "mode", "binary");
    }
    return settings;
  }

  private void say(String id) {
    RestAssured.given()
        .headers("ce-specversion", "1.0", "ce-type", "t", "ce-source", "/pages", "ce-id", id)
        .headers("ce-subject", "s")
        .post(service.uri() + "/streams/commits/events")
        .then()
        .statusCode(201);
  }

  private static void take(HttpExchange exchange, List<String> got) throws IOException {
    exchange.getRequestBody().readAllBytes();
    boolean works = exchange.getRequestURI().getPath().equals("/audit");
    if (works) {
      got.add(exchange.getRequestHeaders().getFirst("ce-id"));
    }
    exchange.sendResponseHeaders(works ? 204 : 500, -1);
    exchange.close();
  }

  @Test
  void aStatusShowsInAllWindowsOfAllInstances() throws Exception {
    Path home = Files.createDirectory(directory.resolve("other"));
    other = PackagedService.start(home, onThisRedis(settings()));
    other.awaitReady();
    open(service, "/demo/status.html");
    String here = browser.getWindowHandle();
    browser.switchTo().newWindow(WindowType.WINDOW);
    open(other, "/demo/status.html");
    type("#agent", "Ada");
    click("#set button[value=busy]");
    eventually(() -> text("[data-agent=Ada]").contains("busy"));
    String there = browser.getWindowHandle();
    browser.switchTo().window(here);
    eventually(() -> text("[data-agent=Ada]").contains("busy"));
    type("#agent", "Grace <b>");
    click("#set button[value=available]");
    eventually(() -> text("#summary").equals("1 of 2 available"));
    browser.switchTo().window(there);
    eventually(() -> text("#summary").equals("1 of 2 available"));
    // the page may be drawing it anew: an element that was found is gone then
    eventually(() -> text("[data-status=available]").startsWith("Grace <b>"));
    click("#set button[value=offline]");
    eventually(() -> text("#summary").equals("1 of 1 available"));
    assertThat(requestsFor("/entries")).as("the view's feed has it all").isZero();
    browser.navigate().refresh();
    eventually(() -> text("#summary").equals("1 of 1 available"));
    browser.switchTo().window(here);
    eventually(() -> text("#summary").equals("1 of 1 available"));
  }

  @Test
  void whatIsSaidInARoomIsHeardThereAndByThoseWhoComeLater() {
    open(service, "/demo/chat.html");
    String here = browser.getWindowHandle();
    browser.switchTo().newWindow(WindowType.WINDOW);
    open(service, "/demo/chat.html");
    type("#name", "Ada");
    type("#text", "<i>hello</i>");
    browser.findElement(By.id("text")).sendKeys(Keys.ENTER);
    eventually(() -> text("#messages").contains("<i>hello</i>"));
    String there = browser.getWindowHandle();
    browser.switchTo().window(here);
    eventually(() -> text("#messages").contains("<i>hello</i>"));
    type("#name", "Grace");
    type("#text", "hi Ada");
    click("#say button");
    browser.switchTo().window(there);
    eventually(() -> text("#messages").endsWith("hi Ada"));
    browser.navigate().refresh();
    eventually(() -> count("#messages li") == 2);
    type("#room", "elsewhere");
    type("#name", "Ada");
    click("#enter button");
    eventually(() -> count("#messages li") == 0);
    type("#text", "anybody?");
    click("#say button");
    eventually(() -> text("#messages").endsWith("anybody?"));
    browser.switchTo().window(here);
    assertThat(count("#messages li")).isEqualTo(2);
  }

  /** A reload is not seen by the others; a window that has gone is, after its time to live. */
  @Test
  void whoIsInAChatRoomAndWhoDidNotComeBackShowsInTheOtherWindow() {
    open(service, "/demo/chat.html");
    String here = browser.getWindowHandle();
    type("#name", "Grace");
    click("#enter button");
    eventually(() -> text("#people").startsWith("Grace here since"));
    browser.switchTo().newWindow(WindowType.WINDOW);
    open(service, "/demo/chat.html");
    eventually(() -> text("#people").startsWith("Grace here since"));
    type("#name", "Ada <b>");
    click("#enter button");
    String there = browser.getWindowHandle();
    eventually(() -> count("#people [data-here]") == 2);
    browser.switchTo().window(here);
    eventually(() -> text("#people [data-member='Ada <b>']").startsWith("Ada <b> here since"));
    screenshot("chat-both");

    browser.navigate().refresh();
    eventually(() -> count("#people [data-here]") == 2);
    type("#name", "Grace");
    click("#enter button");
    browser.switchTo().window(there);
    eventually(() -> text("#people-state").equals("live"));
    assertThat(count("#people li")).as("nobody went").isEqualTo(2);
    browser.close();
    browser.switchTo().window(here);
    eventually(() -> text("#people [data-member='Ada <b>']").startsWith("Ada <b> timed out"));
    screenshot("chat-timed-out");
    type("#name", "Hopper");
    click("#enter button");
    eventually(() -> text("#people").startsWith("Hopper here since"));
    eventually(() -> count("#people [data-member=Grace][data-here]") == 0);
    assertThat(errors()).isEmpty();
  }

  @Test
  void anAgentWhoseWindowIsClosedIsShownAsGone() throws Exception {
    Path home = Files.createDirectory(directory.resolve("other"));
    other = PackagedService.start(home, onThisRedis(settings()));
    other.awaitReady();
    open(service, "/demo/status.html");
    String here = browser.getWindowHandle();
    browser.switchTo().newWindow(WindowType.WINDOW);
    open(other, "/demo/status.html");
    type("#agent", "Ada");
    click("#set button[value=busy]");
    eventually(() -> text("[data-agent=Ada]").endsWith("here"));
    String there = browser.getWindowHandle();
    browser.switchTo().window(here);
    eventually(() -> text("[data-agent=Ada]").endsWith("· here"));
    screenshot("status-here");
    browser.switchTo().window(there);
    browser.close();
    browser.switchTo().window(here);
    eventually(() -> text("[data-agent=Ada]").contains("timed out"));
    screenshot("status-timed-out");
    assertThat(text("[data-agent=Ada]")).as("the status stays").contains("busy");
  }

  /** To be looked at: target/pages. */
  private void screenshot(String name) {
    try {
      Files.write(
          Files.createDirectories(Path.of("target", "pages")).resolve(name + ".png"),
          browser.getScreenshotAs(OutputType.BYTES));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** Two windows share a queue; one hangs, and the other gets its job. */
  @Test
  void aWorkerThatHangsLosesItsJobToAnother() {
    open(service, "/demo/jobs.html");
    String here = browser.getWindowHandle();
    String hanging = text("#name");
    click("#hang");
    click("#run");
    eventually(() -> text("#worker-state").equals("waiting for a job"));
    type("#count", "1");
    click("#produce button");
    eventually(() -> text("#jobs").equals("resize image 1 1 hanging"));
    eventually(() -> text("#pending").equals("1"));
    browser.switchTo().newWindow(WindowType.WINDOW);
    open(service, "/demo/jobs.html");
    assertThat(text("#name")).isNotEqualTo(hanging);
    type("#seconds", "0");
    click("#run");
    eventually(() -> text("#jobs").equals("resize image 1 2 done"));
    eventually(() -> text("#acknowledged").equals("1"));
    browser.switchTo().window(here);
    eventually(() -> text("#jobs").equals("resize image 1 1 too late: another worker has it"));
    assertThat(text("#acknowledged")).isEqualTo("1");
    assertThat(errors()).isEmpty();
  }

  @Test
  void aTicketIsValidUntilItIsCancelledAndAReplacementTakesItsPlace() {
    open(service, "/demo/tickets.html");
    eventually(() -> text("#takings-state").equals("live"));
    click("#order button");
    eventually(() -> text("#summary").equals("1 ticket"));
    String first = text("#tickets th");
    type("#seat", "B2");
    type("#price", "30.10");
    click("#order button");
    eventually(() -> text("#summary").equals("2 tickets"));
    eventually(() -> text("#takings").equals("Hamlet 50.00"));
    click("[aria-label='Replace " + first + "']");
    type("#other-seat", "C3");
    click("#replace button");
    eventually(() -> text("#tickets").contains("C3 (instead of " + first + ")"));
    eventually(() -> count("[data-ticket='" + first + "']") == 0);
    assertThat(text("#summary")).isEqualTo("2 tickets");
    String second = text("#tickets th");
    click("[aria-label='Cancel " + second + "']");
    eventually(() -> text("#summary").equals("1 ticket"));
    eventually(() -> text("#takings").matches("Hamlet (19.90|30.10)"));
    browser.navigate().refresh();
    eventually(() -> text("#summary").equals("1 ticket"));
    eventually(() -> text("#takings").matches("Hamlet (19.90|30.10)"));
  }
}
