namespace Avvik.Tools;

/// <summary>Files that only their owner may read, and what others may read of what was made with them.</summary>
internal static class PrivateFile
{
    public const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Replaces the file as a whole: an interrupted start leaves no partial file.</summary>
    public static void Write(string file, string content, UnixFileMode mode = OwnerOnly)
    {
        if (OperatingSystem.IsWindows()) throw new ToolException("the modes of the files need Linux.");
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
        var unfinished = $"{file}.{Environment.ProcessId}";
        using (var writer = new StreamWriter(unfinished,
            new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = OwnerOnly }))
            writer.WriteLine(content);
        File.SetUnixFileMode(unfinished, mode); // whatever the umask
        File.Move(unfinished, file, overwrite: true);
    }
}
