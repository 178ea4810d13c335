package penstock;

import static org.assertj.core.api.Assertions.assertThat;
import static penstock.Patience.await;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.chrome.ChromeDriver;
import penstock.redis.RedisResource;

/**
 * The status board as development has it where it is asked who calls: an agent in one browser, an
 * administrator in another, each signed in by the development issuer.
 */
@QuarkusTest
@WithTestResource(RedisResource.class)
@TestProfile(GuardsTest.Settings.class)
class GuardsTest {

  public static class Settings implements QuarkusTestProfile {
    @Override
    public String getConfigProfile() {
      return "dev";
    }

    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of(
          "penstock.auth.mode", "jwt",
          "quarkus.http.host", "localhost",
          "quarkus.http.test-port", "0",
          "penstock.feed.retry", "400ms");
    }
  }

  @TestHTTPResource("/demo/status.html")
  URI page;

  @TempDir Path directory;

  private final List<ChromeDriver> browsers = new ArrayList<>();

  @AfterEach
  void quit() {
    browsers.forEach(ChromeDriver::quit);
  }

  private ChromeDriver browser(String name) throws IOException {
    Chromium.assumeInstalled();
    ChromeDriver browser = Chromium.start(directory.resolve(name));
    browsers.add(browser);
    browser.get(page.toString());
    eventually(() -> browser.findElement(By.id("guard")).isDisplayed());
    return browser;
  }

  private static void eventually(Callable<Boolean> holds) {
    await().ignoreExceptions().until(holds);
  }

  private static String text(ChromeDriver browser, String css) {
    return browser.findElement(By.cssSelector(css)).getText();
  }

  private static void click(ChromeDriver browser, String css) {
    browser.findElement(By.cssSelector(css)).click();
  }

  private static void signIn(ChromeDriver browser, String name, String role) {
    var field = browser.findElement(By.id("subject"));
    field.clear();
    field.sendKeys(name);
    click(browser, "#role option[value=" + role + "]");
    click(browser, "#sign-in button");
    eventually(() -> text(browser, "#caller").equals("Signed in as " + name));
    eventually(() -> text(browser, "#state").startsWith("live"));
  }

  private static void keep(ChromeDriver browser, String name) throws IOException {
    Path pictures = Files.createDirectories(Path.of("target", "screenshots"));
    Files.write(pictures.resolve(name + ".png"), browser.getScreenshotAs(OutputType.BYTES));
  }

  @Test
  void anAdministratorSignsAnAgentOff() throws IOException {
    ChromeDriver ann = browser("ann");
    ChromeDriver root = browser("root");
    signIn(ann, "ann", "agent");
    signIn(root, "root", "admin");

    click(ann, "button[value=busy]");
    eventually(() -> text(ann, "[data-agent=ann]").contains("busy"));
    eventually(() -> text(root, "[data-agent=ann]").contains("busy"));
    var agent = root.findElement(By.id("agent"));
    agent.clear();
    agent.sendKeys("bob");
    click(root, "button[value=available]");
    eventually(() -> text(root, "[data-agent=bob]").contains("available"));
    agent.clear();
    agent.sendKeys("ann");
    click(root, "button[value=break]");
    eventually(() -> text(ann, "[data-agent=ann]").contains("on a break"));
    // an agent sees nobody else's, and sets nobody else's
    assertThat(ann.findElements(By.cssSelector("[data-agent=bob]"))).isEmpty();
    var other = ann.findElement(By.id("agent"));
    other.clear();
    other.sendKeys("bob");
    click(ann, "button[value=busy]");
    eventually(() -> text(ann, "#set output").contains("The right that it takes is missing"));
    assertThat(text(root, "[data-agent=bob]")).contains("available");
    keep(root, "guards-admin");
    keep(ann, "guards-agent");

    click(root, "[data-off=ann]");
    eventually(() -> ann.findElement(By.id("guard")).isDisplayed());
    eventually(() -> text(ann, "#notice").equals("root has signed you off."));
    eventually(() -> root.findElements(By.cssSelector("[data-agent=ann]")).isEmpty());
    assertThat(ann.manage().getCookies()).isEmpty();
    keep(ann, "guards-signed-off");

    // and comes back, with all feeds
    signIn(ann, "ann", "agent");
    click(ann, "button[value=available]");
    eventually(() -> text(ann, "[data-agent=ann]").contains("available"));
    eventually(() -> text(root, "[data-agent=ann]").contains("available"));
  }

  /** The same page by tickets: each connection takes one, and misses nothing. */
  @Test
  void aFeedByTicketsGoesOnWhereItWas() throws IOException {
    ChromeDriver root = browser("tickets");
    signIn(root, "root", "admin");
    root.executeScript(
        """
        return (async () => {
        window.seen = [];
        const { useToken } = await import('/identity.js');
        const { Feed, append } = await import('/penstock.js');
        const response = await fetch('/dev/token?subject=root&role=admin', { method: 'POST' });
        const { token } = await response.json();
        useToken(async () => token);
        const state = document.createElement('p');
        window.feed = new Feed('/streams/chat/feed', {
          state,
          listeners: { message: ({ data }) => window.seen.push(JSON.parse(data).id) },
        });
        window.state = state;
        window.say = (id) => append('chat', { id, type: 'chat.said', subject: 'lobby' });
        })();
        """);
    eventually(() -> root.executeScript("return window.state.textContent").equals("live"));
    for (int i = 0; i < 5; i++) {
      root.executeScript("return window.say('id-" + i + "')");
      if (i % 2 == 1) {
        root.executeScript(
            "window.feed.pause(); return window.say('while-"
                + i
                + "').then(() => window.feed.resume());");
      }
    }
    eventually(
        () ->
            root.executeScript("return window.seen.join()")
                .equals("id-0,id-1,while-1,id-2,id-3,while-3,id-4"));
    assertThat(
            root.executeScript(
                "return performance.getEntriesByType('resource')"
                    + ".filter(one => one.name.includes('/tickets')).length"))
        .isEqualTo(3L);
  }
}
