package penstock.consumer.worker;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import penstock.stream.Position;
import penstock.stream.log.LogNews;
import penstock.stream.log.RawRecord;

/**
 * What was told of a log, until it is taken, and whether something was appended of which is not
 * told what it is. Of more than one batch can have nothing is kept: it is read. Any thread.
 */
final class ToldRecordQueue {

  private final Deque<LogNews> told = new ArrayDeque<>();
  private int records;
  private boolean missed = true;

  synchronized void add(LogNews news) {
    if (missed) {
      return;
    }
    if (records + news.records().size() > ConsumerGroup.MAX_EVENTS) {
      miss();
      return;
    }
    told.add(news);
    records += news.records().size();
  }

  synchronized boolean hasSome() {
    return records > 0;
  }

  /** Something was appended that has to be asked for. */
  synchronized void miss() {
    told.clear();
    records = 0;
    missed = true;
  }

  synchronized boolean hasMissed() {
    return missed;
  }

  /** What is told from now on is kept: the log is asked for all that was appended before. */
  synchronized void begin() {
    missed = false;
  }

  /** All that was told and comes behind a position without a gap. */
  synchronized List<RawRecord> take(Position after) {
    var fresh = new ArrayList<RawRecord>(records);
    Position read = after;
    for (LogNews news = told.poll(); news != null; news = told.poll()) {
      if (news.before().equals(read)) {
        fresh.addAll(news.records());
        read = news.last();
      } else if (news.last().isAfter(read)) {
        miss();
      }
    }
    records = 0;
    return fresh;
  }
}
