package penstock.problem;

/** The catalogue: every kind of problem that the HTTP API reports, with its stable identifier. */
public enum ProblemType {
  MALFORMED_REQUEST("malformed-request", 400, "The request is malformed"),
  INVALID_PARAMETER("invalid-parameter", 400, "A parameter is invalid"),
  INVALID_NAME("invalid-name", 400, "A name is invalid"),
  INVALID_EVENT("invalid-event", 400, "An event is invalid"),
  INVALID_CURSOR("invalid-cursor", 400, "The cursor is malformed"),
  ID_TOO_LONG("id-too-long", 400, "The ids of these feeds could not come back"),
  UNAUTHENTICATED("unauthenticated", 401, "Nobody said who calls"),
  INVALID_TOKEN("invalid-token", 401, "The token is refused"),
  FORBIDDEN("forbidden", 403, "A right is missing"),
  NOT_FOUND("not-found", 404, "There is nothing here"),
  UNKNOWN_STREAM("unknown-stream", 404, "The stream is unknown"),
  UNKNOWN_VIEW("unknown-view", 404, "The view is unknown"),
  UNKNOWN_ENTRY("unknown-entry", 404, "The view has no such entry"),
  UNKNOWN_GROUP("unknown-group", 404, "The group is unknown"),
  UNKNOWN_SINK("unknown-sink", 404, "The sink is unknown"),
  UNKNOWN_DEAD_LETTER("unknown-dead-letter", 404, "There is no such dead letter"),
  UNKNOWN_MEMBER("unknown-member", 404, "The room has no such member"),
  UNKNOWN_SCHEDULED_EVENT("unknown-scheduled-event", 404, "There is no such scheduled event"),
  METHOD_NOT_ALLOWED("method-not-allowed", 405, "The method is not allowed here"),
  NOT_ACCEPTABLE("not-acceptable", 406, "There is no such form of it"),
  REQUEST_TIMEOUT("request-timeout", 408, "The request took too long to arrive"),
  GROUP_CONFLICT("group-conflict", 409, "The group exists with another order"),
  DEAD_LETTER_OUTDATED("dead-letter-outdated", 409, "The dead letter cannot be replayed any more"),
  ROOM_FULL("room-full", 409, "The room has no place left"),
  PARTIAL_HISTORY("partial-history", 409, "The beginning of the stream is not kept any more"),
  CURSOR_GONE("cursor-gone", 410, "The cursor's place in the log is gone"),
  EVENT_TOO_LARGE("event-too-large", 413, "An event is too large"),
  BODY_TOO_LARGE("body-too-large", 413, "The request body is too large"),
  BATCH_TOO_LARGE("batch-too-large", 413, "The batch has too many events"),
  URI_TOO_LONG("uri-too-long", 414, "The request's URL is too long"),
  UNSUPPORTED_MEDIA_TYPE("unsupported-media-type", 415, "The content type is not supported"),
  IDEMPOTENCY_KEY_REUSED(
      "idempotency-key-reused", 422, "The idempotency key stands for another event"),
  TOO_BUSY("too-busy", 429, "The service is at its limit"),
  SCHEDULE_FULL("schedule-full", 429, "Too many events are scheduled"),
  RATE_LIMITED("rate-limited", 429, "The rate of appends is used up"),
  QUOTA_EXCEEDED("quota-exceeded", 429, "There is as much as there may be"),
  HEADERS_TOO_LARGE("headers-too-large", 431, "The request's headers are too large"),
  INTERNAL_ERROR("internal-error", 500, "The service failed"),
  PARTITIONS_CHANGED(
      "partitions-changed", 503, "The stream has another number of partitions than is declared"),
  IDENTITY_UNAVAILABLE("identity-unavailable", 503, "Who calls cannot be told at present"),
  REDIS_UNAVAILABLE("redis-unavailable", 503, "Redis is unavailable"),
  WRONG_KEY_TYPE("wrong-key-type", 503, "A key in Redis holds something else"),
  IDS_EXHAUSTED("ids-exhausted", 503, "The log takes no further entries"),
  REDIS_FULL("redis-full", 503, "Redis has no memory left"),
  OUTCOME_UNKNOWN("outcome-unknown", 503, "The outcome is unknown"),
  NOT_REPLICATED("not-replicated", 503, "Too few replicas have the events"),
  NOT_YET_APPLIED("not-yet-applied", 503, "The view has not applied this position yet"),
  VIEW_NOT_READY("view-not-ready", 503, "The view is not built yet"),
  VERSION_NOT_SUPPORTED("version-not-supported", 505, "The version of HTTP is not supported");

  private final String slug;
  private final int status;
  private final String title;

  ProblemType(String slug, int status, String title) {
    this.slug = slug;
    this.status = status;
    this.title = title;
  }

  /** The stable {@code type} member: a URN, since it names a kind of problem and not a place. */
  public String uri() {
    return "urn:penstock:problem:" + slug;
  }

  /** The last part of {@link #uri()}; also the value of the metric tag {@code reason}. */
  public String slug() {
    return slug;
  }

  public int status() {
    return status;
  }

  public String title() {
    return title;
  }
}
