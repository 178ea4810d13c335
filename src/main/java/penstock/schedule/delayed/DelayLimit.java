package penstock.schedule.delayed;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import penstock.redis.RedisClock;
import penstock.schedule.ScheduleConfig;

/**
 * How far ahead an event may be scheduled. Judged before Redis is asked, by what its clock says
 * about now: whether something is a day or a century too late hangs on no millisecond.
 */
@ApplicationScoped
public class DelayLimit {

  private final RedisClock clock;
  private final Duration most;

  @Inject
  public DelayLimit(RedisClock clock, ScheduleConfig config) {
    this.clock = clock;
    this.most = config.maxDelay();
  }

  public boolean allows(DeliveryTime time) {
    return time.relative()
        ? time.millis() <= most.toMillis()
        : clock.millis() == RedisClock.UNKNOWN || time.millis() - clock.millis() <= most.toMillis();
  }

  /** What goes after the name of what is too far ahead to make a sentence, without a full stop. */
  public String rule() {
    return "must not be further ahead than penstock.schedule.max-delay, which is " + most;
  }
}
