package penstock.problem;

/** A failure that is answered with a problem of its own, and not as a defect. */
public interface ReportedFailure {

  Problem problem();
}
