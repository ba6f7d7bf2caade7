package io.cachee.bench;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * What every structure in shared memory is built on: fields written plainly, then the version with release, are all
 * seen by a reader that saw the version with acquire, in off-heap memory as well.
 */
@JCStressTest
@Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "neither is there yet")
@Outcome(id = "0, 42", expect = ACCEPTABLE, desc = "the field is there, not yet published")
@Outcome(id = "1, 42", expect = ACCEPTABLE, desc = "published, and the field is there")
@Outcome(id = "1, 0", expect = FORBIDDEN, desc = "published before the field was there")
@State
public class PublishedHeaderStress {
    private static final VarHandle INT = ValueLayout.JAVA_INT.varHandle();
    private static final long VERSION = 0;
    private static final long FIELD = 64;

    private final MemorySegment header = Arena.ofAuto().allocate(128, 64);

    @Actor
    public void writer() {
        INT.set(header, FIELD, 42);
        INT.setRelease(header, VERSION, 1);
    }

    @Actor
    public void reader(II_Result result) {
        result.r1 = (int) INT.getAcquire(header, VERSION);
        result.r2 = (int) INT.get(header, FIELD);
    }
}
