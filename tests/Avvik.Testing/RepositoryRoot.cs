namespace Avvik.Testing;

/// <summary>The folder that Avvik.sln is in.</summary>
public static class RepositoryRoot
{
    public static string Path { get; } = Find();

    /// <summary>What a project was built to: <c>artifacts/bin/NAME/release/NAME.dll</c>.</summary>
    public static string Built(string project) => System.IO.Path.Combine(Path, "artifacts", "bin", project, "release", project + ".dll");

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "Avvik.sln")))
                return folder.FullName;
        throw new InvalidOperationException($"No folder above {AppContext.BaseDirectory} holds Avvik.sln.");
    }
}
