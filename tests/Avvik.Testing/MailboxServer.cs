namespace Avvik.Testing;

/// <summary>
/// A private IMAP server of this test process (<c>compose/mailbox</c>), for all tests that ask: any user name has a mailbox of its own, with one password.
/// </summary>
public sealed record MailboxServer(int Port, string PasswordFile)
{
    private static readonly Lazy<Task<MailboxServer>> Server = new(async () =>
    {
        var folder = Directory.CreateTempSubdirectory("avvik-mailbox-").FullName;
        _ = new Guard("""
            "$1" stop "$2"; rm -rf "$2"
            """, Path.Combine(RepositoryRoot.Path, "compose/mailbox"), folder);
        var port = await Script.RunAsync("compose/mailbox", "start", folder);
        Containers.Report("IMAP: private server");
        return new(int.Parse(port, System.Globalization.CultureInfo.InvariantCulture), Path.Combine(folder, "password"));
    });

    public static Task<MailboxServer> GetAsync() => Server.Value;
}
