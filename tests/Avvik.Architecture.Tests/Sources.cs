using Avvik.Testing;

namespace Avvik.Architecture.Tests;

/// <summary>The repository's files on disk.</summary>
internal static class Sources
{
    private static readonly string[] Generated = [".git", ".data", "artifacts", "bin", "obj", "TestResults", "node_modules"];

    /// <summary>Every file in some folders of the repository and their subfolders, except in folders of generated files.</summary>
    public static IEnumerable<(string Path, string Text)> In(string pattern, params string[] folders) =>
        folders.SelectMany(folder => Below(Path.Combine(RepositoryRoot.Path, folder), pattern))
            .Select(file => (Path.GetRelativePath(RepositoryRoot.Path, file), File.ReadAllText(file)));

    /// <summary>The lines, comments included, that match a condition, as <c>path:number: text</c>.</summary>
    public static IEnumerable<string> Lines(this IEnumerable<(string Path, string Text)> files, Func<string, bool> wanted) =>
        files.SelectMany(file => file.Text.Split('\n').Index()
            .Where(line => wanted(line.Item))
            .Select(line => $"{file.Path}:{line.Index + 1}: {line.Item.Trim()}"));

    private static IEnumerable<string> Below(string folder, string pattern) =>
        Directory.EnumerateFiles(folder, pattern)
            .Concat(Directory.EnumerateDirectories(folder)
                .Where(d => !Generated.Contains(Path.GetFileName(d), StringComparer.Ordinal))
                .SelectMany(d => Below(d, pattern)));
}
