package dev.countermark.rules;

import com.sun.source.tree.AnnotationTree;
import com.sun.source.tree.AssignmentTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.LiteralTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.ModifiersTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePath;
import com.sun.source.util.TreePathScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * The configuration keys that one source file declares: methods of {@code @ConfigMapping}
 * interfaces and {@code @ConfigProperty} parameters, with what their Javadoc says. Sources are
 * parsed, not compiled, because only they have Javadoc.
 */
final class ConfigurationKeys extends TreePathScanner<Void, Void> {
  /**
   * @param name {@code a.b-c}, with {@code <name>} for a part that operators choose
   * @param presence the default as it is written, {@code required} or {@code optional}
   * @param text Javadoc in one line of Markdown; empty when there is none
   * @param type in Java, without {@code Optional} around it
   */
  record Key(String name, String presence, String text, String type) {}

  private static final Pattern PARAMETER =
      Pattern.compile("(?s)@param\\s+(\\S+)\\s(.*?)(?=\\s@|$)");
  private static final Pattern INLINE = Pattern.compile("(?s)\\{@(code|link)\\s+([^}]*)}");
  private static final Pattern MAP = Pattern.compile("Map<String, ?(.*)>");

  private static final Pattern OPTIONAL_TYPE = Pattern.compile("Optional(?:<(.*)>|(\\w+))");

  /** Also of numbers: {@code OptionalInt}. */
  private static final String OPTIONAL = "Optional";

  private final CompilationUnitTree unit;
  private final Trees trees;
  private final Map<String, ClassTree> interfaces = new HashMap<>();
  private final List<Key> keys = new ArrayList<>();

  private ConfigurationKeys(CompilationUnitTree unit, Trees trees) {
    this.unit = unit;
    this.trees = trees;
  }

  static List<Key> of(Path source) throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
      JavacTask task =
          (JavacTask)
              compiler.getTask(
                  null, files, null, List.of("-proc:none"), null, files.getJavaFileObjects(source));
      List<Key> keys = new ArrayList<>();
      for (CompilationUnitTree unit : task.parse()) {
        ConfigurationKeys found = new ConfigurationKeys(unit, Trees.instance(task));
        found.scan(unit, null);
        found.interfaces.values().forEach(found::mapping);
        keys.addAll(found.keys);
      }
      return keys;
    }
  }

  @Override
  public Void visitClass(ClassTree type, Void unused) {
    interfaces.put(type.getSimpleName().toString(), type);
    return super.visitClass(type, unused);
  }

  /** A parameter of a constructor or producer; its method's Javadoc has an {@code @param} of it. */
  @Override
  public Void visitVariable(VariableTree variable, Void unused) {
    Optional<AnnotationTree> property = annotation(variable.getModifiers(), "ConfigProperty");
    if (property.isPresent()) {
      Map<String, String> values = values(property.get());
      boolean optional = variable.getType().toString().startsWith(OPTIONAL);
      String otherwise = optional ? "optional" : "required";
      String set = values.get("defaultValue");
      keys.add(
          new Key(
              values.get("name"),
              set == null ? otherwise : "`" + set + "`",
              parameter(getCurrentPath().getParentPath(), variable.getName().toString()),
              bare(variable.getType().toString())));
    }
    return super.visitVariable(variable, unused);
  }

  private void mapping(ClassTree type) {
    annotation(type.getModifiers(), "ConfigMapping")
        .ifPresent(mapping -> members(values(mapping).get("prefix"), type));
  }

  private void members(String prefix, ClassTree type) {
    for (Tree parent : type.getImplementsClause()) {
      members(prefix, interfaces.get(parent.toString()));
    }
    for (Tree member : type.getMembers()) {
      if (member instanceof MethodTree method && method.getBody() == null) {
        member(prefix, method);
      }
    }
  }

  private void member(String prefix, MethodTree method) {
    String name =
        annotation(method.getModifiers(), "WithName")
            .map(named -> values(named).get("value"))
            .orElseGet(() -> dashed(method.getName().toString()));
    String key = prefix + "." + name;
    String type = method.getReturnType().toString();
    Matcher map = MAP.matcher(type);
    if (map.matches()) {
      key += ".<name>";
      type = map.group(1);
    }
    ClassTree group = interfaces.get(type);
    if (group != null) {
      members(key, group);
      return;
    }
    String set =
        annotation(method.getModifiers(), "WithDefault")
            .map(named -> "`" + values(named).get("value") + "`")
            .orElse(type.startsWith(OPTIONAL) || map.matches() ? "optional" : "required");
    keys.add(new Key(key, set, markdown(comment(trees.getPath(unit, method))), bare(type)));
  }

  private static String bare(String type) {
    Matcher optional = OPTIONAL_TYPE.matcher(type);
    return optional.matches() ? optional.group(optional.group(1) == null ? 2 : 1) : type;
  }

  /** As SmallRye names keys after methods. */
  private static String dashed(String camel) {
    return camel.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
  }

  private static Optional<AnnotationTree> annotation(ModifiersTree modifiers, String name) {
    return modifiers.getAnnotations().stream()
        .map(AnnotationTree.class::cast)
        .filter(annotation -> annotation.getAnnotationType().toString().equals(name))
        .findFirst();
  }

  private static Map<String, String> values(AnnotationTree annotation) {
    Map<String, String> values = new HashMap<>();
    for (Tree argument : annotation.getArguments()) {
      Tree value = argument instanceof AssignmentTree set ? set.getExpression() : argument;
      String name = argument instanceof AssignmentTree set ? set.getVariable().toString() : "value";
      if (value instanceof LiteralTree literal) {
        values.put(name, literal.getValue().toString());
      }
    }
    return values;
  }

  private String comment(TreePath path) {
    String comment = trees.getDocComment(path);
    return comment == null ? "" : comment;
  }

  private String parameter(TreePath method, String name) {
    Matcher parameters = PARAMETER.matcher(comment(method));
    while (parameters.find()) {
      if (parameters.group(1).equals(name)) {
        return sentence(name, markdown(parameters.group(2)));
      }
    }
    return "";
  }

  /** Descriptions of parameters begin where their name ends: "minutes between …". */
  private static String sentence(String name, String text) {
    String whole = Set.of("minutes", "seconds", "bytes").contains(name) ? name + " " + text : text;
    return whole.isEmpty()
        ? whole
        : Character.toUpperCase(whole.charAt(0)) + whole.substring(1) + ".";
  }

  /** Without block tags; links to other methods become their keys' last parts. */
  private static String markdown(String javadoc) {
    String text = javadoc.split("\n *@", 2)[0];
    return INLINE
        .matcher(text)
        .replaceAll(
            inline ->
                Matcher.quoteReplacement(
                    "`"
                        + (inline.group(1).equals("link")
                            ? dashed(inline.group(2).replaceAll("^.*#", ""))
                            : inline.group(2))
                        + "`"))
        .replaceAll("\\s+", " ")
        .replace("|", "\\|")
        .strip();
  }
}
