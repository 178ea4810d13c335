package penstock.audit;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import java.lang.annotation.Annotation;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** An operation that is new, and changes something, must say whether it is written down. */
class AuditedOperationsTest {

  private static final List<Class<? extends Annotation>> CHANGING =
      List.of(POST.class, PUT.class, DELETE.class, PATCH.class);

  /** What applications do all the time, and have events of their own for or leases. */
  private static final Set<String> NOT_WRITTEN_DOWN =
      Set.of(
          "AppendResource.append",
          "ScheduledResource.move",
          "ScheduledResource.cancel",
          "DeliveryResource.pull",
          "DeliveryResource.ack",
          "DeliveryResource.nack",
          "DeliveryResource.extend",
          "SessionResource.begin",
          "SessionResource.end",
          "TicketResource.issue",
          "MemberResource.keep",
          "MemberResource.remove");

  @Test
  void eachOperationThatChangesSomethingIsWrittenDownOrInTheList() {
    JavaClasses all =
        new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("penstock");
    var open = new TreeSet<String>();
    var audited = new TreeSet<String>();
    for (var type : all) {
      for (JavaMethod method : type.getMethods()) {
        String name = type.getSimpleName() + "." + method.getName();
        if (CHANGING.stream().anyMatch(method::isAnnotatedWith)) {
          (AuditedOperation.isWrittenDown(method.reflect()) ? audited : open).add(name);
        }
      }
    }
    assertThat(audited).hasSizeGreaterThan(10);
    assertThat(open).isEqualTo(NOT_WRITTEN_DOWN);
  }
}
