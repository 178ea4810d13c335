package penstock.openapi;

import io.quarkus.smallrye.openapi.OpenApiFilter;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.PathItem;

/** HEAD takes what GET takes; what it means is written once, at GET. */
@OpenApiFilter(stages = OpenApiFilter.RunStage.BUILD)
public final class HeadParameters implements OASFilter {

  @Override
  public PathItem filterPathItem(PathItem path) {
    if (path.getHEAD() != null && path.getGET() != null) {
      path.getHEAD().setParameters(path.getGET().getParameters());
    }
    return path;
  }
}
