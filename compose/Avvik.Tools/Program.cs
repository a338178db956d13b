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
