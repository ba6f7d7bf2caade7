package io.cachee.store;

import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What threads did to a few keys and what they were told, with the order of calls and returns as far as it is known;
 * and whether some order of the operations, one after the other, explains it all. The search is Wing and Gong's: any
 * operation may be next that was called before every other outstanding one returned. States reached before, with the
 * same operations done, are not searched again.
 *
 * <p>An entry's version is not known until somebody reads it, but one key's versions only ever rise.
 */
final class RegisterHistory {
    static final int KEYS = 2;
    static final int NO_VERSION = -1;

    enum Kind {
        GET,
        PUT,
        PUT_IF_ABSENT,
        PUT_IF_VERSION,
        DELETE,
        GET_AND_DELETE,
        ADD,
        CLEAR
    }

    /**
     * One operation.
     *
     * @param argument the value put, or the number added
     * @param version the version read with the value, or demanded of it
     * @param result the value read or replaced, or the sum; 1 or 0 for whether something was stored or deleted
     */
    record Operation(
            Kind kind,
            int key,
            long argument,
            int version,
            @Nullable Long result,
            long invoked,
            long returned) {}

    /** A key's state; the version is unknown until read, and then above all that were read before. */
    private record Cell(@Nullable Long value, int version, int highest) {
        static final Cell EMPTY = new Cell(null, NO_VERSION, NO_VERSION);

        Cell with(@Nullable Long newValue) {
            return new Cell(newValue, NO_VERSION, highest);
        }
    }

    private record State(Cell first, Cell second) {
        Cell cell(int key) {
            return key == 0 ? first : second;
        }

        State with(int key, Cell cell) {
            return key == 0 ? new State(cell, second) : new State(first, cell);
        }
    }

    private record Visited(long done, State state) {}

    private final List<Operation> operations;
    private final Set<Visited> visited = new HashSet<>();

    /** At most 64 operations. */
    RegisterHistory(List<Operation> operations) {
        this.operations = List.copyOf(operations);
    }

    boolean isLinearizable() {
        visited.clear();
        return search(0, new State(Cell.EMPTY, Cell.EMPTY));
    }

    boolean overlaps() {
        return operations.stream()
                .anyMatch(a -> operations.stream().anyMatch(b -> a.invoked < b.invoked && b.invoked < a.returned));
    }

    private boolean search(long done, State state) {
        if (Long.bitCount(done) == operations.size()) {
            return true;
        }
        if (!visited.add(new Visited(done, state))) {
            return false;
        }
        long earliestReturn = Long.MAX_VALUE;
        for (int i = 0; i < operations.size(); i++) {
            if ((done & 1L << i) == 0) {
                earliestReturn = Math.min(earliestReturn, operations.get(i).returned);
            }
        }
        for (int i = 0; i < operations.size(); i++) {
            Operation operation = operations.get(i);
            if ((done & 1L << i) == 0 && operation.invoked < earliestReturn) {
                State next = apply(operation, state);
                if (next != null && search(done | 1L << i, next)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** The state after an operation, or null when it could not have had its result now. */
    private static @Nullable State apply(Operation operation, State state) {
        if (operation.kind == Kind.CLEAR) {
            return new State(state.first.with(null), state.second.with(null));
        }
        Cell cell = apply(operation, state.cell(operation.key));
        return cell == null ? null : state.with(operation.key, cell);
    }

    private static @Nullable Cell apply(Operation operation, Cell cell) {
        Long value = cell.value;
        Long result = operation.result;
        return switch (operation.kind) {
            case GET -> Objects.equals(result, value) ? read(operation.version, cell) : null;
            case PUT -> cell.with(operation.argument);
            case PUT_IF_ABSENT -> putIf(value == null, operation, cell);
            case PUT_IF_VERSION ->
                putIf(
                        value != null && operation.version != NO_VERSION && cell.version == operation.version,
                        operation,
                        cell);
            case DELETE -> Objects.equals(result, value == null ? 0L : 1L) ? cell.with(null) : null;
            case GET_AND_DELETE -> Objects.equals(result, value) ? cell.with(null) : null;
            case ADD -> {
                long sum = (value == null ? 0 : value) + operation.argument;
                yield Objects.equals(result, sum) ? cell.with(sum) : null;
            }
            case CLEAR -> cell.with(null);
        };
    }

    private static @Nullable Cell putIf(boolean holds, Operation operation, Cell cell) {
        if (!Objects.equals(operation.result, holds ? 1L : 0L)) {
            return null;
        }
        return holds ? cell.with(operation.argument) : cell;
    }

    private static @Nullable Cell read(int version, Cell cell) {
        if (cell.value == null || cell.version == version) {
            return cell;
        }
        boolean isNew = cell.version == NO_VERSION && version > cell.highest;
        return isNew ? new Cell(cell.value, version, version) : null;
    }
}
