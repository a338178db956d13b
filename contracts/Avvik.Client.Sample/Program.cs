// A health record's integration: queues each deviation that it is given (one JSON object a line), sends them, and prints what became of them.
//
//   sample GATEWAY ISSUER CLIENT-ID PRIVATE-KEY-FILE OUTBOX-FILE < deviations.ndjson
using System.Security.Cryptography;
using System.Text.Json;
using Avvik.Client;
using Microsoft.Extensions.DependencyInjection;

if (args is not [var gateway, var issuer, var clientId, var privateKeyFile, var outboxFile])
{
    Console.Error.WriteLine("usage: sample GATEWAY ISSUER CLIENT-ID PRIVATE-KEY-FILE OUTBOX-FILE");
    return 2;
}

var services = new ServiceCollection();
services.AddAvvikClient(new Uri(gateway),
    new AvvikCredentials { Issuer = new Uri(issuer), ClientId = clientId, PrivateKey = await File.ReadAllTextAsync(privateKeyFile) });
await using var provider = services.BuildServiceProvider();
var avvik = provider.GetRequiredService<IAvvikClient>();

// A real integration keeps this key where the system keeps secrets.
var keyFile = outboxFile + ".key";
if (!File.Exists(keyFile))
{
    await File.WriteAllBytesAsync(keyFile + ".new", RandomNumberGenerator.GetBytes(32));
    File.Move(keyFile + ".new", keyFile);
}
using var outbox = SubmissionOutbox.Open(outboxFile, await File.ReadAllBytesAsync(keyFile));

var sending = outbox.SendAsync(avvik, (outcome, _) =>
{
    Console.WriteLine(outcome.Receipt is { } receipt
        ? $"sent {outcome.Submission.ClientReference} {receipt.Reference} {receipt.State}"
        : $"refused {outcome.Submission.ClientReference} {outcome.Refusal!.Code} {string.Join(' ', outcome.Refusal.Errors.Select(e => e.Pointer))}");
    return Task.CompletedTask;
}, CancellationToken.None);

while (await Console.In.ReadLineAsync() is { } line)
{
    var submission = JsonSerializer.Deserialize(line, ClientJson.Default.Submission)!;
    outbox.Enqueue(submission);
    // From here on it is safe, whatever happens to this program or the network.
    Console.WriteLine($"queued {submission.ClientReference}");
}

outbox.Complete();
await sending;
return 0;
