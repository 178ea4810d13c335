package penstock;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.commonmark.ext.heading.anchor.IdGenerator;
import org.commonmark.node.AbstractVisitor;
import org.commonmark.node.Code;
import org.commonmark.node.Heading;
import org.commonmark.node.HtmlInline;
import org.commonmark.node.Link;
import org.commonmark.node.Node;
import org.commonmark.node.Text;
import org.commonmark.parser.Parser;
import org.junit.jupiter.api.Test;

/** Links of one document to another, or within it, lead to what there is. */
class DocumentLinksTest {

  private static final Pattern ID = Pattern.compile(" id=\"([^\"]+)\"");
  private static final Pattern ELSEWHERE = Pattern.compile("[a-z]+:.*");

  /** What a document points at, and what can be pointed at in it. */
  private record Document(List<String> links, Set<String> anchors) {

    static Document read(Path file) throws IOException {
      var links = new ArrayList<String>();
      var anchors = new HashSet<String>();
      IdGenerator headings = IdGenerator.builder().build();
      Node root = Parser.builder().build().parse(Files.readString(file));
      root.accept(
          new AbstractVisitor() {
            @Override
            public void visit(Link link) {
              links.add(link.getDestination());
              visitChildren(link);
            }

            @Override
            public void visit(Heading heading) {
              anchors.add(headings.generateId(text(heading)));
              visitChildren(heading);
            }

            @Override
            public void visit(HtmlInline html) {
              Matcher id = ID.matcher(html.getLiteral());
              while (id.find()) {
                anchors.add(id.group(1));
              }
            }
          });
      return new Document(links, anchors);
    }

    private static String text(Node node) {
      var text = new StringBuilder();
      node.accept(
          new AbstractVisitor() {
            @Override
            public void visit(Text part) {
              text.append(part.getLiteral());
            }

            @Override
            public void visit(Code part) {
              text.append(part.getLiteral());
            }
          });
      return text.toString();
    }
  }

  private static Map<Path, Document> documents() throws IOException {
    var documents = new HashMap<Path, Document>();
    for (String place : List.of("", "docs", "deployment", "k8s")) {
      try (Stream<Path> files = Files.walk(Path.of(place), place.isEmpty() ? 1 : 9)) {
        for (Path file : files.filter(each -> each.toString().endsWith(".md")).toList()) {
          documents.put(file.normalize(), Document.read(file));
        }
      }
    }
    return documents;
  }

  @Test
  void everyLinkLeadsSomewhere() throws IOException {
    Map<Path, Document> documents = documents();
    var broken = new ArrayList<String>();
    int within = 0;
    for (var each : documents.entrySet()) {
      for (String link : each.getValue().links()) {
        if (ELSEWHERE.matcher(link).matches()) {
          continue;
        }
        String[] parts = link.split("#", 2);
        Path target =
            parts[0].isEmpty() ? each.getKey() : each.getKey().resolveSibling(parts[0]).normalize();
        Document known = documents.get(target);
        boolean leads =
            parts.length == 1
                ? Files.exists(target)
                : known != null && known.anchors().contains(parts[1]);
        if (!leads) {
          broken.add(each.getKey() + ": " + link);
        }
        within++;
      }
    }
    assertThat(broken).isEmpty();
    assertThat(within).isGreaterThan(300);
  }
}
