package penstock.feed.loop;

import io.quarkus.runtime.Startup;
import jakarta.annotation.PostConstruct;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import penstock.security.session.Revocations;

/** Ends the feeds of those whose token was taken back, or whose session has ended. */
@Startup
@ApplicationScoped
class RevocationListener {

  private final Revocations revocations;
  private final Admission admission;

  @Inject
  RevocationListener(Revocations revocations, Admission admission) {
    this.revocations = revocations;
    this.admission = admission;
  }

  @PostConstruct
  void begin() {
    admission.refuse(revocations::covers);
    revocations.listen(admission::dismiss);
  }
}
