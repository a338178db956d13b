using Avvik.Client;
using Avvik.Tools;

// What the scripts in compose need a program for: reading JSON and calling the API.
try
{
    switch (args)
    {
        case ["demo", var gateway, var identity, var corpus, .. var options]:
            await new Demo(new Uri(gateway), new Uri(identity)).RunAsync(corpus, withCategory: !options.Contains("--without-category", StringComparer.Ordinal));
            return 0;
        case ["rebuild-facts", var gateway, var token]:
            using (var rebuild = new RebuildFacts(new Uri(gateway), token)) await rebuild.RunAsync();
            return 0;
        case ["directory", var gateway, var identity, var command, .. var rest]:
            return await DirectoryAsync(new(new Uri(gateway), new Uri(identity)), command, rest) ? 0 : 1;
        case ["history", var gateway, var token, var file, var mapping, .. var options]:
            using (var http = new HttpClient { BaseAddress = new Uri(gateway), Timeout = TimeSpan.FromMinutes(1) })
            {
                http.DefaultRequestHeaders.Authorization = new("Bearer", token);
                return await new HistoryFiles(AvvikClient.For(http)).ImportAsync(file, mapping,
                    options.Contains("--dry-run", StringComparer.Ordinal), options.Contains("--leave-out", StringComparer.Ordinal)) ? 0 : 1;
            }
        case ["token", var identity, .. var fields]:
            Console.WriteLine(await Tokens.GetAsync(new Uri(identity), fields));
            return 0;
        case ["verify-access-logs", var gateway, var token]:
            return await AccessLogs.VerifyAsync(new Uri(gateway), token) ? 0 : 1;
        case ["broker-definitions", var passwords, var file, var virtualHost]:
            BrokerUsers.WriteDefinitions(passwords, file, virtualHost);
            return 0;
        case ["certificates", var folder, .. var hosts]:
            Certificates.Create(folder, hosts);
            return 0;
        default:
            throw new ToolException("unknown command.");
    }
}
catch (ToolException error)
{
    Console.Error.WriteLine(error.Message);
    return 2;
}

static async Task<bool> DirectoryAsync(DirectoryImports imports, string command, string[] rest)
{
    const string WithoutAvvik = "--without-avvik";
    var (dryRun, reason) = (rest.Contains("--dry-run", StringComparer.Ordinal), "");
    var given = new List<string>();
    for (var at = 0; at < rest.Length; at++)
        if (rest[at] == "--reason" && at + 1 < rest.Length) reason = rest[++at];
        else if (rest[at] is not ("--dry-run" or WithoutAvvik)) given.Add(rest[at]);
    switch (command, given)
    {
        case ("import", [var file]):
            return await imports.ImportAsync(file, reason.Length > 0 ? reason : $"Importert fra {Path.GetFileName(file)}.", dryRun,
                rest.Contains(WithoutAvvik, StringComparer.Ordinal));
        case ("undo", []):
            return await imports.UndoAsync(reason.Length > 0 ? reason : "Tatt tilbake.", dryRun);
        case ("export", [var code]):
            await imports.ExportAsync(code);
            return true;
        case ("list", []):
            await imports.ListAsync();
            return true;
        default:
            throw new ToolException("usage: compose/directory import FILE [--without-avvik] | undo | export CODE | list [--dry-run] [--reason TEXT]");
    }
}
