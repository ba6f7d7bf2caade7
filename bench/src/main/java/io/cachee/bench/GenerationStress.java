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
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * The core of the read protocol, with the accesses that the store makes: the writer raises a segment's generation,
 * fences, and overwrites two words; a reader copies both between two reads of the generation. When the generations
 * agree the words are of one record.
 */
@JCStressTest
@Outcome(id = "0, 1, 1", expect = ACCEPTABLE, desc = "the old record, whole")
@Outcome(id = "1, 2, 2", expect = ACCEPTABLE, desc = "the new record, whole")
@Outcome(id = "1, 1, 1", expect = ACCEPTABLE, desc = "new, not yet overwritten: its slot is gone")
@Outcome(id = "1, 2, 1", expect = ACCEPTABLE, desc = "new, half overwritten: its slot is gone")
@Outcome(id = "1, 1, 2", expect = ACCEPTABLE, desc = "new, half overwritten: its slot is gone")
@Outcome(id = "-1, .*, .*", expect = ACCEPTABLE, desc = "the generation moved: the reader tries again")
@Outcome(id = "0, .*, .*", expect = FORBIDDEN, desc = "a torn record under an unchanged generation")
@State
public class GenerationStress {
    private static final VarHandle LONG = ValueLayout.JAVA_LONG.varHandle();
    private static final long GENERATION = 0;
    private static final long FIRST = 64;
    private static final long SECOND = 128;

    private final MemorySegment memory = Arena.ofAuto().allocate(192, 64);

    public GenerationStress() {
        LONG.set(memory, FIRST, 1L);
        LONG.set(memory, SECOND, 1L);
    }

    @Actor
    public void reclaim() {
        LONG.setRelease(memory, GENERATION, 1L);
        VarHandle.fullFence();
        LONG.set(memory, FIRST, 2L);
        LONG.set(memory, SECOND, 2L);
    }

    @Actor
    public void read(III_Result result) {
        long before = (long) LONG.getAcquire(memory, GENERATION);
        result.r2 = (int) (long) LONG.get(memory, FIRST);
        result.r3 = (int) (long) LONG.get(memory, SECOND);
        VarHandle.acquireFence();
        long after = (long) LONG.getOpaque(memory, GENERATION);
        result.r1 = before == after ? (int) before : -1;
    }
}
