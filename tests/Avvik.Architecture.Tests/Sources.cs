using Avvik.Testing;

namespace Avvik.Architecture.Tests;

/// <summary>The repository's own files, as they are on disk.</summary>
internal static class Sources
{
    private static readonly string[] Made = [".git", ".data", "artifacts", "bin", "obj", "TestResults", "node_modules"];

    /// <summary>Every file below some folders of the root; what is made and not written is left out.</summary>
    public static IEnumerable<(string Path, string Text)> In(string pattern, params string[] folders) =>
        folders.SelectMany(folder => Below(Path.Combine(RepositoryRoot.Path, folder), pattern)).Select(file => (Path.GetRelativePath(RepositoryRoot.Path, file), File.ReadAllText(file)));

    /// <summary>Lines that should not be there: comments are text, and are read too.</summary>
    public static IEnumerable<string> Lines(this IEnumerable<(string Path, string Text)> files, Func<string, bool> wanted) =>
        files.SelectMany(file => file.Text.Split('\n').Index().Where(line => wanted(line.Item)).Select(line => $"{file.Path}:{line.Index + 1}: {line.Item.Trim()}"));

    private static IEnumerable<string> Below(string folder, string pattern) =>
        Directory.EnumerateFiles(folder, pattern).Concat(Directory.EnumerateDirectories(folder).Where(d => !Made.Contains(Path.GetFileName(d), StringComparer.Ordinal)).SelectMany(d => Below(d, pattern)));
}
