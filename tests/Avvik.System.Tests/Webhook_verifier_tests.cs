using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Avvik.Testing;

namespace Avvik.System.Tests;

/// <summary>A receiver that is a process of its own (tests/webhook-receiver) verifies with the library of the Standard Webhooks project.</summary>
[Collection(nameof(RunningSystem))]
public sealed class Webhook_verifier_tests(RunningSystem system)
{
    private const int Cases = 6;
    private const string Gjøvik = "940155223";
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(90);

    [Fact]
    public async Task Independent_receiver_verifies_every_change_although_reporting_is_killed()
    {
        await RunNpmAsync();
        using var node = Process.Start(new ProcessStartInfo("node", ["receiver.mjs"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
            WorkingDirectory = Folder,
        })!;
        var port = int.Parse((await node.StandardOutput.ReadLineAsync())!, CultureInfo.InvariantCulture);
        var lines = new ConcurrentQueue<JsonElement>();
        var reading = Task.Run(async () =>
        {
            while (await node.StandardOutput.ReadLineAsync() is { } line) lines.Enqueue(JsonElement.Parse(line));
        });
        var client = await system.ClientAsync(Gjøvik, "client");
        var latest = (await client.ListChangesAsync(new() { Cursor = "latest" })).NextCursor;
        var webhook = await client.RegisterWebhookAsync(new() { Url = $"http://127.0.0.1:{port}/avvik" });
        await node.StandardInput.WriteLineAsync(webhook.Secret);
        for (var n = 0; n < Cases; n++) await client.SubmitAsync(Corpus.Lines[n].Submission.Fresh() with { Category = "medication", ActualHarm = "none" });

        // Killed while changes are coming in and going out; what was on its way is sent when the claim has run out.
        await Eventually.IsTrue(() => Task.FromResult(!lines.IsEmpty), Soon);
        await system.KillAsync("reporting");
        await system.UpAsync();
        // The earlier secret still signs.
        var rotated = await client.RotateWebhookSecretAsync(webhook.Id, webhook.Version);
        List<string> feed = [];
        await Eventually.IsTrue(async () =>
        {
            feed = [.. (await client.ListChangesAsync(new() { Cursor = latest, Limit = 200 })).Items.Select(c => c.Cursor)];
            return feed.Count >= Cases && feed.All(cursor => lines.Any(l => l.GetProperty("id").GetString() == cursor));
        }, Soon, () => Task.FromResult($"{feed.Count} in the feed, came: {string.Join('\n', lines)}"));
        Assert.Equal(feed, lines.Select(l => l.GetProperty("id").GetString()!).Distinct());
        Assert.All(lines, l => Assert.False(l.TryGetProperty("error", out _), l.GetRawText()));

        await node.StandardInput.WriteLineAsync(rotated.Secret);
        Assert.True((await client.TestWebhookAsync(webhook.Id)).Delivered);
        await node.StandardInput.WriteLineAsync($"whsec_{Convert.ToBase64String(new byte[32])}");
        Assert.Equal("http401", (await client.TestWebhookAsync(webhook.Id)).FailureCode);
        await client.DeleteWebhookAsync(webhook.Id);
        node.StandardInput.Close();
        await node.WaitForExitAsync();
        await reading;
    }

    private static string Folder => Path.Combine(RepositoryRoot.Path, "tests", "webhook-receiver");

    private static async Task RunNpmAsync()
    {
        using var npm = Process.Start(new ProcessStartInfo("npm", ["ci", "--no-audit", "--no-fund"])
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
            WorkingDirectory = Folder,
        })!;
        await npm.StandardOutput.ReadToEndAsync();
        await npm.WaitForExitAsync();
        Assert.Equal(0, npm.ExitCode);
    }
}
