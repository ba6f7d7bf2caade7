package io.cachee.style;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.LineMap;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreePathScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import javax.lang.model.element.Modifier;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Measures the sources of all modules, as the compiler parses them. Tests and generated sources are not measured. */
final class SizeTest {
    private static final int MOST_LINES_OF_A_CLASS = 400;
    private static final int MOST_LINES_OF_A_METHOD = 60;
    private static final int MOST_PARAMETERS = 8;

    /** Deep subjects whose parts are worse apart. ARCHITECTURE.md says why; there are never more than six. */
    private static final Set<String> LONG_CLASSES = Set.of("RespProtocol");

    private static final int MOST_LONG_CLASSES = 6;

    private static List<Finding> findings = List.of();

    private enum Kind {
        LONG_CLASS,
        LONG_METHOD,
        MANY_PARAMETERS
    }

    /** Something that is larger than it may be. */
    private record Finding(Kind kind, String type, String where) {}

    @BeforeAll
    static void measureAllSources() throws IOException {
        List<Path> files = Sources.java().stream().filter(SizeTest::isMain).toList();
        assertThat(files).as("main sources below " + Sources.ROOT).hasSizeGreaterThan(100);
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        try (StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, null)) {
            findings = measure(compiler, manager.getJavaFileObjectsFromPaths(files));
        }
    }

    @Test
    void classesAreNoLongerThan400Lines() {
        assertThat(of(Kind.LONG_CLASS))
                .filteredOn(finding -> !LONG_CLASSES.contains(finding.type()))
                .extracting(Finding::where)
                .isEmpty();
    }

    @Test
    void exceptionsAreFewAndNeeded() {
        assertThat(LONG_CLASSES).hasSizeLessThanOrEqualTo(MOST_LONG_CLASSES);
        assertThat(of(Kind.LONG_CLASS)).extracting(Finding::type).containsAll(LONG_CLASSES);
    }

    @Test
    void methodsAreNoLongerThan60Lines() {
        assertThat(of(Kind.LONG_METHOD)).extracting(Finding::where).isEmpty();
    }

    @Test
    void constructorsAndRecordsHaveNoMoreThan8ParametersUnlessThereIsABuilder() {
        assertThat(of(Kind.MANY_PARAMETERS)).extracting(Finding::where).isEmpty();
    }

    @Test
    void findsWhatIsTooLarge() throws IOException {
        String lines = "\n".repeat(MOST_LINES_OF_A_METHOD);
        String parameters = "int a, int b, int c, int d, int e, int f, int g, int h, int i";
        assertThat(kindsIn("class A { void a() {" + lines + "} }")).containsExactly(Kind.LONG_METHOD);
        assertThat(kindsIn("class A { A() {" + lines + "} }")).containsExactly(Kind.LONG_METHOD);
        assertThat(kindsIn("class A {" + lines.repeat(7) + "}")).containsExactly(Kind.LONG_CLASS);
        assertThat(kindsIn("class A { A(" + parameters + ") {} }")).containsExactly(Kind.MANY_PARAMETERS);
        assertThat(kindsIn("record A(" + parameters + ") {}")).containsExactly(Kind.MANY_PARAMETERS);
        assertThat(kindsIn("record A(" + parameters + ") { static class Builder {} }"))
                .isEmpty();
        assertThat(kindsIn("class A { private A(" + parameters + ") {} static class Builder {} }"))
                .isEmpty();
        assertThat(kindsIn("class A { A(" + parameters + ") {} static class Builder {} }"))
                .containsExactly(Kind.MANY_PARAMETERS);
        assertThat(kindsIn("class A { void a() {} A(int a) {} } record B(int a, int b) { int c() { return a; } }"))
                .isEmpty();
    }

    private static List<Finding> of(Kind kind) {
        return findings.stream().filter(finding -> finding.kind() == kind).toList();
    }

    private static boolean isMain(Path file) {
        return Sources.ROOT.relativize(file).toString().contains("src/main/java/");
    }

    private static List<Kind> kindsIn(String source) throws IOException {
        JavaFileObject file = new SimpleJavaFileObject(URI.create("string:///A.java"), JavaFileObject.Kind.SOURCE) {
            @Override
            public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                return source;
            }
        };
        return measure(ToolProvider.getSystemJavaCompiler(), List.of(file)).stream()
                .map(Finding::kind)
                .toList();
    }

    private static List<Finding> measure(JavaCompiler compiler, Iterable<? extends JavaFileObject> files)
            throws IOException {
        JavacTask task = (JavacTask) compiler.getTask(null, null, null, List.of("-proc:none"), null, files);
        SourcePositions positions = Trees.instance(task).getSourcePositions();
        Measure measure = new Measure(positions);
        for (CompilationUnitTree unit : task.parse()) {
            measure.scan(unit, null);
        }
        return measure.found;
    }

    private static final class Measure extends TreePathScanner<@Nullable Void, @Nullable Void> {
        private final SourcePositions positions;
        private final List<Finding> found = new ArrayList<>();

        Measure(SourcePositions positions) {
            this.positions = positions;
        }

        @Override
        public @Nullable Void visitClass(ClassTree type, @Nullable Void nothing) {
            int lines = lines(type);
            if (lines > MOST_LINES_OF_A_CLASS) {
                add(Kind.LONG_CLASS, type, lines + " lines");
            }
            if (type.getKind() == Tree.Kind.RECORD && !hasBuilder(type)) {
                long components = type.getMembers().stream()
                        .filter(VariableTree.class::isInstance)
                        .map(VariableTree.class::cast)
                        .filter(field -> !field.getModifiers().getFlags().contains(Modifier.STATIC))
                        .count();
                checkParameters(components, type);
            }
            return super.visitClass(type, null);
        }

        @Override
        public @Nullable Void visitMethod(MethodTree method, @Nullable Void nothing) {
            int lines = lines(method);
            if (lines > MOST_LINES_OF_A_METHOD) {
                add(Kind.LONG_METHOD, method, lines + " lines");
            }
            ClassTree type = (ClassTree) getCurrentPath().getParentPath().getLeaf();
            boolean isForBuilder = method.getModifiers().getFlags().contains(Modifier.PRIVATE) && hasBuilder(type);
            boolean isConstructor = method.getReturnType() == null;
            boolean isOfRecord = type.getKind() == Tree.Kind.RECORD; // whose components were counted
            if (isConstructor && !isForBuilder && !isOfRecord) {
                checkParameters(method.getParameters().size(), method);
            }
            return super.visitMethod(method, null);
        }

        private static boolean hasBuilder(ClassTree type) {
            return type.getMembers().stream()
                    .anyMatch(member -> member instanceof ClassTree inner
                            && inner.getSimpleName().contentEquals("Builder"));
        }

        private void checkParameters(long count, Tree tree) {
            if (count > MOST_PARAMETERS) {
                add(Kind.MANY_PARAMETERS, tree, count + " parameters");
            }
        }

        private int lines(Tree tree) {
            CompilationUnitTree unit = getCurrentPath().getCompilationUnit();
            return line(positions.getEndPosition(unit, tree)) - line(positions.getStartPosition(unit, tree)) + 1;
        }

        private int line(long position) {
            LineMap map = getCurrentPath().getCompilationUnit().getLineMap();
            return (int) map.getLineNumber(position);
        }

        private void add(Kind kind, Tree tree, String size) {
            CompilationUnitTree unit = getCurrentPath().getCompilationUnit();
            String name = tree instanceof MethodTree method
                    ? method.getName().toString()
                    : ((ClassTree) tree).getSimpleName().toString();
            String file = Path.of(
                            unit.getSourceFile().toUri().getSchemeSpecificPart().replaceFirst("^//+", "/"))
                    .getFileName()
                    .toString();
            int line = line(positions.getStartPosition(unit, tree));
            found.add(new Finding(kind, name, file + ":" + line + " " + name + ": " + size));
        }
    }
}
