// Reads queries in KQL from standard input, separated by lines `---`, and checks each with the Kusto parser and type
// checker (npm: @kusto/language-service-next). Writes what is wrong with them; exit 1 where something is.
const fs = require("fs"), path = require("path"), vm = require("vm");

const folder = path.dirname(require.resolve("@kusto/language-service-next/package.json", { paths: [process.cwd()] }));
for (const file of ["bridge.min.js", "Kusto.Language.Bridge.min.js"]) {
    vm.runInThisContext(fs.readFileSync(path.join(folder, file), "utf8"), { filename: file });
}
const { KustoCode, GlobalState, Symbols } = Kusto.Language;

// Azure Monitor reference, AuditLogs and SigninLogs.
const NESTED = {
    AuditLogs: ["AdditionalDetails", "InitiatedBy", "TargetResources"],
    SigninLogs: ["DeviceDetail", "LocationDetails", "Status"],
};
const TIMES = { AuditLogs: ["ActivityDateTime"], SigninLogs: ["CreatedDateTime"] };
const STRINGS = {
    AuditLogs: ["AADOperationType", "AADTenantId", "ActivityDisplayName", "Category", "CorrelationId", "Id", "Identity",
        "LoggedByService", "OperationName", "Result", "ResultDescription", "ResultReason", "TenantId", "Type"],
    SigninLogs: ["AADTenantId", "AppDisplayName", "AppId", "AuthenticationRequirement", "ClientAppUsed",
        "ConditionalAccessStatus", "CorrelationId", "IPAddress", "Id", "Location", "OperationName",
        "ResourceDisplayName", "ResourceIdentity", "ResultDescription", "ResultType", "RiskLevelAggregated",
        "RiskLevelDuringSignIn", "RiskState", "ServicePrincipalId", "ServicePrincipalName", "TenantId", "Type",
        "UserAgent", "UserDisplayName", "UserId", "UserPrincipalName"],
};
const column = (name, type) => new Symbols.ColumnSymbol(name, Symbols.ScalarTypes.GetSymbol(type));
const tables = Object.entries(STRINGS).map(([name, strings]) => {
    const columns = strings.map((text) => column(text, "string"));
    columns.push(...["TimeGenerated", ...TIMES[name]].map((time) => column(time, "datetime")));
    columns.push(...NESTED[name].map((nested) => column(nested, "dynamic")));
    return new Symbols.TableSymbol.$ctor4(name, columns);
});
const globals = GlobalState.Default.WithDatabase(new Symbols.DatabaseSymbol.$ctor1("workspace", tables));

const queries = new Set(fs.readFileSync(0, "utf8").split(/^---$/m).map((text) => text.trim()).filter(Boolean));
let wrong = 0, unknown = 0;
for (const query of queries) {
    // A table that is not declared above has no columns to be checked by.
    const table = query.match(/^([A-Za-z]\w*)$/m);
    if (table && !(table[1] in STRINGS)) {
        unknown++;
        continue;
    }
    const found = KustoCode.ParseAndAnalyze(query, globals).GetDiagnostics();
    for (let at = 0; at < found.Count; at++) {
        const { Code, Message, Start, Length } = found.getItem(at);
        console.log(`${Code} ${Message}: ${query.substr(Start, Length)}\n${query}\n`);
        wrong++;
    }
}
console.log(`${queries.size} queries, ${unknown} of other tables, ${wrong} diagnostics`);
process.exit(wrong > 0 || queries.size === unknown ? 1 : 0);
