using System.Security.Cryptography;
using Avvik.Testing;

namespace Avvik.System.Tests;

/// <summary>A process that lacks what it must be given says what, and does not start: nothing is made up in its place, in any environment.</summary>
public sealed class Start_tests
{
    private static readonly string[] Text = ["TextProtection:ActiveKey", "TextProtection:Keys:k1"],
        Envelope = ["EnvelopeProtection:ActiveKey", "EnvelopeProtection:Keys:k1"],
        Note = ["NoteProtection:ActiveKey", "NoteProtection:Keys:k1"],
        Service = ["InternalToken:PublicKeyFile", "RabbitMq:Uri", "ConnectionStrings:Database", "EventSigning:PublicKeysFolder"],
        Publisher = [.. Service, "EventSigning:PrivateKeyFile"];

    private static readonly Dictionary<string, string[]> Needed = new(StringComparer.Ordinal)
    {
        ["Avvik.Reporting"] = [.. Publisher, .. Text, .. Envelope, "Routing:Address"],
        ["Avvik.Triage"] = [.. Publisher, .. Text],
        ["Avvik.Routing"] = [.. Publisher, .. Text],
        ["Avvik.Statistics"] = [.. Publisher, .. Note],
        ["Avvik.Notices"] = [.. Publisher, .. Note],
        ["Avvik.Gateway"] = ["InternalToken:PrivateKeyFile", "Tokens:Issuer", "Tokens:Audience", "Tokens:Scheme", "Tokens:PublicUrl",
            "ConnectionStrings:Database"],
    };

    public static TheoryData<string, string> Missing
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var (process, keys) in Needed)
                foreach (var key in keys) data.Add(process, key);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Missing))]
    public Task Missing_setting_stops_the_start_and_is_named(string process, string key) => AssertRefusesAsync(process, settings => settings.Remove(key), key);

    [Theory]
    [InlineData("Avvik.Reporting", "EnvelopeProtection:Keys:k1", "c2hvcnQ=")]
    [InlineData("Avvik.Triage", "TextProtection:Keys:k1", "not base64")]
    [InlineData("Avvik.Routing", "InternalToken:PublicKeyFile", "/dev/null")]
    [InlineData("Avvik.Routing", "EventSigning:PrivateKeyFile", "/dev/null")]
    [InlineData("Avvik.Statistics", "EventSigning:PublicKeysFolder", "/nowhere")]
    [InlineData("Avvik.Gateway", "InternalToken:PrivateKeyFile", "/nowhere.pem")]
    [InlineData("Avvik.Gateway", "Tokens:Scheme", "7")]
    [InlineData("Avvik.Gateway", "Tokens:Issuer", "helseid")]
    public Task Invalid_setting_stops_the_start_and_is_named(string process, string key, string value) =>
        AssertRefusesAsync(process, settings => settings[key] = value, key);

    [Fact]
    public async Task Development_issuer_starts_only_in_Development()
    {
        await using var issuer = new ServiceProcess("Avvik.DevIdentity",
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["ASPNETCORE_ENVIRONMENT"] = "Production",
                ["Issuer"] = "http://127.0.0.1:1",
                ["SigningKeyFile"] = "/nowhere/key.pem"
            });
        issuer.Start();
        await Eventually.IsTrue(() => Task.FromResult(!issuer.IsRunning), TimeSpan.FromSeconds(60));
        Assert.Equal(1, await issuer.StopAsync());
        Assert.Contains("Development only", issuer.Log, StringComparison.Ordinal);
    }

    private static async Task AssertRefusesAsync(string process, Action<Dictionary<string, string>> change, string key)
    {
        var folder = Directory.CreateTempSubdirectory("avvik-start-").FullName;
        try
        {
            var settings = Complete(folder);
            change(settings);
            await using var started = new ServiceProcess(process, settings);
            started.Start();
            await Eventually.IsTrue(() => Task.FromResult(!started.IsRunning), TimeSpan.FromSeconds(60),
                () => Task.FromResult($"{process} started without {key}:\n{started.Log}"));
            Assert.NotEqual(0, await started.StopAsync());
            // The sentence stands where the operator looks, and no secret beside it.
            Assert.Contains(started.Log.Split('\n'), line => line.Contains(key, StringComparison.Ordinal)
                || (key.Contains(":Keys:", StringComparison.Ordinal) && line.Contains(key[..key.LastIndexOf(':')], StringComparison.Ordinal)));
            Assert.DoesNotContain(settings.Values.Where(v => v.Length == 44), started.Log.Contains);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // As in Production: the environment is not set, and nothing is on these ports.
    private static Dictionary<string, string> Complete(string folder)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        File.WriteAllText(Path.Combine(folder, "private.pem"), key.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(Path.Combine(folder, "public.pem"), key.ExportSubjectPublicKeyInfoPem());
        return new(StringComparer.Ordinal)
        {
            ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{ServiceProcess.FreePort()}",
            ["Database:Provider"] = "Sqlite",
            ["ConnectionStrings:Database"] = $"Data Source={Path.Combine(folder, "avvik.db")}",
            ["RabbitMq:Uri"] = "amqp://nobody:nothing@127.0.0.1:1/",
            ["InternalToken:PublicKeyFile"] = Path.Combine(folder, "public.pem"),
            ["InternalToken:PrivateKeyFile"] = Path.Combine(folder, "private.pem"),
            ["EventSigning:PrivateKeyFile"] = Path.Combine(folder, "private.pem"),
            ["EventSigning:PublicKeysFolder"] = folder,
            ["TextProtection:ActiveKey"] = "k1",
            ["TextProtection:Keys:k1"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)),
            ["EnvelopeProtection:ActiveKey"] = "k1",
            ["EnvelopeProtection:Keys:k1"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)),
            ["NoteProtection:ActiveKey"] = "k1",
            ["NoteProtection:Keys:k1"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)),
            ["Routing:Address"] = "https://routing.example",
            ["Tokens:Issuer"] = "https://issuer.example",
            ["Tokens:Audience"] = "avvik",
            ["Tokens:Scheme"] = "DPoP",
            ["Tokens:PublicUrl"] = "https://avvik.example",
        };
    }
}
