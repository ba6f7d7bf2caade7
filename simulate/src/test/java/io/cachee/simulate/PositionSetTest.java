package io.cachee.simulate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

final class PositionSetTest {
    @Test
    void knowsItsHighestAsATreeDoes() {
        for (int size : new int[] {1, 63, 64, 65, 4096, 4097, 300_000}) {
            Random random = new Random(size);
            PositionSet set = new PositionSet(size);
            TreeSet<Integer> tree = new TreeSet<>();
            for (int i = 0; i < 5_000; i++) {
                int position = random.nextInt(size);
                if (random.nextInt(3) == 0) {
                    set.remove(position);
                    tree.remove(position);
                } else {
                    set.add(position);
                    tree.add(position);
                }
                assertThat(set.contains(position)).isEqualTo(tree.contains(position));
                assertThat(set.highest()).isEqualTo(tree.isEmpty() ? -1 : (int) tree.last());
            }
        }
    }
}
